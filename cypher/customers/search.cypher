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
WITH current, c, properties(c) AS p
WITH
  c,
  CASE
    WHEN
      p.scoreVersion > current
      THEN
        {
          influence: p.scoresBefore[0],
          quadrant: p.quadrantBefore,
          scoreVersion: toInteger(p.scoresBefore[7])
        }
    ELSE p
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