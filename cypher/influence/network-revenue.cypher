// Extended revenue of one customer: their own, with those they brought (direct), with everyone below (network)
// name: influence/network-revenue
// mode: read
// note: Two published definitions of Extended Customer Revenue: ecrDirect counts one hop, ecrNetwork all of them (to 25).
// note: Walks every path: quick where customers have one credited referrer (policies first, last). Where credit is shared they
//   multiply from generation to generation: there influence/some goes level by level, and `refnet analyze` to any depth.
// :param customerId => 'c-0000001'
MATCH (c:Customer {customerId: $customerId})
OPTIONAL MATCH path = (c)-[:REFERRED*1..25]->(person:Customer)
WITH
  c,
  coalesce(length(path), 0) AS depth,
  CASE
    WHEN path IS NULL THEN 0.0
    ELSE
      reduce(w = 1.0, r IN relationships(path) | w * r.credit) *
      coalesce(person.revenue, 0.0)
  END AS value
WITH
  c.customerId AS customerId,
  coalesce(c.revenue, 0.0) AS ownRevenue,
  sum(
    CASE
      WHEN depth = 1 THEN value
      ELSE 0.0
    END) AS direct,
  sum(value) AS below,
  max(depth) AS longestChain
RETURN
  customerId,
  ownRevenue,
  ownRevenue + direct AS ecrDirect,
  ownRevenue + below AS ecrNetwork,
  longestChain;