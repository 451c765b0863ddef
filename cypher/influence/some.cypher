// Influence of some customers: what the people below each are worth, each further hop counting less
// name: influence/some
// mode: read
// note: value heads is a head-count.
// note: Generation by generation, a person once in each however many paths lead there: also for networks where people
//   have several credited referrers.
// note: Each id is looked up in the constraint's index, and ids of nobody are left out; nothing is walked beyond hops.
// :param ids => ['c-0000001', 'c-0000002']
// :param hops => 6
// allowed: hops is 1 to 6
// :param decay => 0.5
// allowed: decay is above 0 to 1
// :param value => 'revenue'
// allowed: value is one of revenue, cltv, margin, heads
UNWIND $ids AS id
MATCH (c:Customer {customerId: id})
WITH DISTINCT c
CALL (c) {
  WITH c
  WHERE $hops >= 1
  MATCH (c)-[r:REFERRED]->(person:Customer)
  RETURN collect({person: person, weight: r.credit}) AS first
}
CALL (first) {
  UNWIND first AS above
  WITH above.person AS referrer, above.weight AS weight
  WHERE $hops >= 2
  MATCH (referrer)-[r:REFERRED]->(person:Customer)
  WITH person, sum(weight * r.credit) AS weight
  RETURN collect({person: person, weight: weight}) AS second
}
CALL (second) {
  UNWIND second AS above
  WITH above.person AS referrer, above.weight AS weight
  WHERE $hops >= 3
  MATCH (referrer)-[r:REFERRED]->(person:Customer)
  WITH person, sum(weight * r.credit) AS weight
  RETURN collect({person: person, weight: weight}) AS third
}
CALL (third) {
  UNWIND third AS above
  WITH above.person AS referrer, above.weight AS weight
  WHERE $hops >= 4
  MATCH (referrer)-[r:REFERRED]->(person:Customer)
  WITH person, sum(weight * r.credit) AS weight
  RETURN collect({person: person, weight: weight}) AS fourth
}
CALL (fourth) {
  UNWIND fourth AS above
  WITH above.person AS referrer, above.weight AS weight
  WHERE $hops >= 5
  MATCH (referrer)-[r:REFERRED]->(person:Customer)
  WITH person, sum(weight * r.credit) AS weight
  RETURN collect({person: person, weight: weight}) AS fifth
}
CALL (fifth) {
  UNWIND fifth AS above
  WITH above.person AS referrer, above.weight AS weight
  WHERE $hops >= 6
  MATCH (referrer)-[r:REFERRED]->(person:Customer)
  WITH person, sum(weight * r.credit) AS weight
  RETURN collect({person: person, weight: weight}) AS sixth
}
WITH c, [first, second, third, fourth, fifth, sixth] AS generations
CALL (generations) {
  UNWIND range(0, 5) AS place
  UNWIND generations[place] AS below
  WITH place, below.person AS person, below.weight AS credit
  RETURN
    sum(
      CASE
        WHEN $value = 'heads' THEN credit * $decay ^ place
        ELSE credit * $decay ^ place * coalesce(person[$value], 0.0)
      END) AS influence,
    count(DISTINCT person) AS people
}
RETURN c.customerId AS customerId, influence, people
ORDER BY influence DESC, customerId;