// Influence of affiliates who brought somebody: what the people below them are worth, each further hop counting less
// name: influence/affiliates
// mode: read
// note: value is revenue, cltv, margin, or heads for a head-count; hops above 25 count as 25.
// note: Walks every path below affiliates, so it is for networks where a customer has one credited referrer. What an affiliate
//   who acts for a customer brought is that customer's.
// :param hops => 6
// :param decay => 0.5
// :param value => 'revenue'
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