// Influence of everyone who brought somebody: what the people below them are worth, each further hop counting less
// name: influence/everyone
// mode: read
// note: value heads is a head-count.
// note: Walks every path, so it is for networks where a customer has one credited referrer; costs about one row for each
//   pair of a customer and somebody below. `refnet analyze` does the same for millions on arrays.
// note: What is further away than hops is walked to and left out. To end there, by a subquery of each referrer as in
//   influence/one, took 1.2 times as long on Neo4j 5.26 and 1.6 times on the embedded engine (6 hops): most chains are short.
// :param hops => 6
// allowed: hops is 1 to 25
// :param decay => 0.5
// allowed: decay is above 0 to 1
// :param value => 'revenue'
// allowed: value is one of revenue, cltv, margin, heads
MATCH path = (c:Customer)-[:REFERRED*1..25]->(person:Customer)
WHERE length(path) <= $hops
WITH
  c,
  person,
  length(path) AS depth,
  reduce(w = 1.0, r IN relationships(path) | w * r.credit) AS credit
RETURN
  c.customerId AS customerId,
  sum(
    CASE
      WHEN $value = 'heads' THEN credit * $decay ^ (depth - 1)
      ELSE credit * $decay ^ (depth - 1) * coalesce(person[$value], 0.0)
    END) AS influence,
  count(DISTINCT person) AS people
ORDER BY influence DESC, customerId;