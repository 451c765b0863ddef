// Influence of one customer: what the people below them are worth, each further hop counting less
// name: influence/one
// mode: read
// note: value heads is a head-count.
// note: Walks every path, so it is for networks where a customer has one credited referrer (policies first, last).
// note: The customer is looked up in the constraint's index. What is further away than hops is left out only when it has been
//   walked to, so up to 6 hops, as the score has, are a pattern of their own: it ends there, however much lies below.
// :param customerId => 'c-0000001'
// :param hops => 6
// allowed: hops is 1 to 25
// :param decay => 0.5
// allowed: decay is above 0 to 1
// :param value => 'revenue'
// allowed: value is one of revenue, cltv, margin, heads
MATCH (c:Customer {customerId: $customerId})
CALL (c) {
  CALL (c) {
    WITH c
    WHERE $hops <= 6
    MATCH path = (c)-[:REFERRED*1..6]->(person:Customer)
    WHERE length(path) <= $hops
    RETURN path, person
      UNION ALL
    WITH c
    WHERE $hops > 6
    MATCH path = (c)-[:REFERRED*1..25]->(person:Customer)
    WHERE length(path) <= $hops
    RETURN path, person
  }
  WITH
    person,
    length(path) AS depth,
    reduce(w = 1.0, r IN relationships(path) | w * r.credit) AS credit
  RETURN
    sum(
      CASE
        WHEN $value = 'heads' THEN credit * $decay ^ (depth - 1)
        ELSE credit * $decay ^ (depth - 1) * coalesce(person[$value], 0.0)
      END) AS influence,
    count(DISTINCT person) AS people
}
RETURN c.customerId AS customerId, influence, people;