// Customers whose id or email begins with a text, or the words of whose name with its words, in upper or lower case
// name: customers/search
// mode: read
// note: Looks at every customer; those of the most influence first.
// :param text => 'ann'
// :param limit => 20
OPTIONAL MATCH (a:Analysis)
WHERE a.finishedAt IS NOT NULL
WITH coalesce(max(a.version), 0) AS current
MATCH (c:Customer)
WHERE
  toLower(c.customerId) STARTS WITH toLower($text) OR
  toLower(c.email) STARTS WITH toLower($text) OR
  all(
    word IN split(toLower($text), ' ')
    WHERE (' ' + toLower(c.name)) CONTAINS (' ' + word)
  )
WITH
  c,
  CASE
    WHEN
      c.scoreVersion > current
      THEN
        {
          influence: c.scoresBefore[0],
          quadrant: c.quadrantBefore,
          scoreVersion: toInteger(c.scoresBefore[7])
        }
    ELSE c
  END AS s
RETURN
  c.customerId AS customerId,
  c.name AS name,
  c.country AS country,
  c.plan AS plan,
  c.revenue AS revenue,
  c.cltv AS cltv,
  s.influence AS influence,
  s.quadrant AS quadrant,
  s.scoreVersion AS scoreVersion
ORDER BY coalesce(influence, -1.0) DESC, customerId
LIMIT $limit;