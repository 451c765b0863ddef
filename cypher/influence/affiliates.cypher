// Influence of affiliates who brought somebody: what the people below them are worth, each further hop counting less
// name: influence/affiliates
// mode: read
// note: value heads is a head-count.
// note: Walks every path below affiliates, so it is for networks where a customer has one credited referrer. What an affiliate
//   who acts for a customer brought is that customer's.
// note: What is further away than hops is walked to and left out, as in influence/everyone.
// :param hops => 6
// allowed: hops is 1 to 25
// :param decay => 0.5
// allowed: decay is above 0 to 1
// :param value => 'revenue'
// allowed: value is one of revenue, cltv, margin, heads
MATCH path = (a:Affiliate)-[:REFERRED*1..25]->(person:Customer)
WHERE length(path) <= $hops
WITH
  a,
  person,
  length(path) AS depth,
  reduce(w = 1.0, r IN relationships(path) | w * r.credit) AS credit
RETURN
  a.affiliateId AS affiliateId,
  sum(
    CASE
      WHEN $value = 'heads' THEN credit * $decay ^ (depth - 1)
      ELSE credit * $decay ^ (depth - 1) * coalesce(person[$value], 0.0)
    END) AS influence,
  count(DISTINCT person) AS people,
  max(depth) AS longestChain
ORDER BY influence DESC, affiliateId;