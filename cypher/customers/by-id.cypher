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
ORDER BY customerId
LIMIT $limit;