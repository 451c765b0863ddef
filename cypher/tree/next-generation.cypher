// The next generation: whom some customers brought, each with the weight that reaches them
// name: tree/next-generation
// mode: read
// note: One hop at a time: exact and quick on every network, also where people have several credited referrers.
// :param rows => [{id: 'c-0000001', weight: 1.0}]
UNWIND $rows AS row
MATCH (:Customer {customerId: row.id})-[r:REFERRED]->(person:Customer)
RETURN
  person.customerId AS customerId,
  sum(row.weight * r.credit) AS weight,
  coalesce(person.revenue, 0.0) AS revenue
ORDER BY customerId;