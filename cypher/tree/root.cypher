// The customer at the root of a tree
// name: tree/root
// mode: read
// :param rootId => 'c-0000001'
OPTIONAL MATCH (a:Analysis)
WHERE a.finishedAt IS NOT NULL
WITH coalesce(max(a.version), 0) AS current
MATCH (person:Customer {customerId: $rootId})
WITH current, person, properties(person) AS p
WITH
  person,
  CASE
    WHEN
      p.scoreVersion > current
      THEN
        {
          influence: p.scoresBefore[0],
          downline: toInteger(p.scoresBefore[4]),
          scoreVersion: toInteger(p.scoresBefore[7])
        }
    ELSE p
  END AS s
RETURN
  person.customerId AS customerId,
  person.name AS name,
  person.revenue AS revenue,
  s.influence AS influence,
  s.downline AS downline,
  COUNT { (person)-[:REFERRED]->() } AS children,
  s.scoreVersion AS scoreVersion;