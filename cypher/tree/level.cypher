// The next level of a tree: whom some customers brought, the most influential first, and how many those brought
// name: tree/level
// mode: read
// note: One hop at a time: quick on every network, also where people have several credited referrers.
// :param ids => ['c-0000001']
// :param limit => 1000
OPTIONAL MATCH (a:Analysis)
WHERE a.finishedAt IS NOT NULL
WITH coalesce(max(a.version), 0) AS current
UNWIND $ids AS id
MATCH (:Customer {customerId: id})-[:REFERRED]->(person:Customer)
WITH current, person, collect(id) AS referrers
WITH current, person, referrers, properties(person) AS p
WITH
  person,
  referrers,
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
ORDER BY coalesce(s.influence, 0.0) DESC, person.customerId
LIMIT $limit
RETURN
  person.customerId AS customerId,
  person.name AS name,
  referrers,
  person.revenue AS revenue,
  s.influence AS influence,
  s.downline AS downline,
  COUNT { (person)-[:REFERRED]->() } AS children,
  s.scoreVersion AS scoreVersion
ORDER BY coalesce(influence, 0.0) DESC, customerId;