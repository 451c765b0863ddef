// The generations below one customer: people and revenue at each depth
// name: tree/generations
// mode: read
// note: People are counted where they are nearest; revenue is weighted by the credits along each path.
// note: Walks every path: quick where customers have one credited referrer (policies first, last). Where credit is shared they
//   multiply from generation to generation: there `refnet show` and tree/next-generation go level by level.
// :param rootId => 'c-0000001'
MATCH
  path = (:Customer {customerId: $rootId})-[:REFERRED*1..25]->(person:Customer)
WITH
  person,
  length(path) AS depth,
  sum(
    reduce(w = 1.0, r IN relationships(path) | w * r.credit) *
    coalesce(person.revenue, 0.0)) AS revenue
WITH
  person,
  collect({depth: depth, revenue: revenue}) AS places,
  min(depth) AS nearest
UNWIND places AS place
RETURN
  place.depth AS depth,
  sum(
    CASE
      WHEN place.depth = nearest THEN 1
      ELSE 0
    END) AS customers,
  sum(place.revenue) AS revenue
ORDER BY depth;