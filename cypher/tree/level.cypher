// The next level of a tree: whom some customers brought, the most influential first, and how many those brought
// name: tree/level
// mode: read
// note: One hop at a time: quick on every network, also where people have several credited referrers.
// :param ids => ['c-0000001']
// :param limit => 1000
UNWIND $ids AS id
MATCH (:Customer {customerId: id})-[:REFERRED]->(person:Customer)
WITH person, collect(id) AS referrers
ORDER BY coalesce(person.influence, 0.0) DESC, person.customerId
LIMIT $limit
RETURN
  person.customerId AS customerId,
  person.name AS name,
  referrers,
  person.revenue AS revenue,
  person.influence AS influence,
  person.downline AS downline,
  COUNT { (person)-[:REFERRED]->() } AS children,
  person.scoreVersion AS scoreVersion
ORDER BY coalesce(influence, 0.0) DESC, customerId;