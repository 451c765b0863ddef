// Customers whose id begins with a text
// name: customers/by-id
// mode: read
// note: By the index of ids; upper and lower case differ.
// :param prefix => 'c-00000'
// :param limit => 20
OPTIONAL MATCH (a:Analysis)
WHERE a.finishedAt IS NOT NULL
WITH coalesce(max(a.version), 0) AS current
MATCH (c:Customer)
WHERE c.customerId STARTS WITH $prefix
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
ORDER BY customerId
LIMIT $limit;