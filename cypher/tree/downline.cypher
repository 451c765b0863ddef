// Everyone below one customer, to a number of hops
// name: tree/downline
// mode: read
// note: hops above 25 count as 25.
// note: Walks every path: quick where customers have one credited referrer (policies first, last). Where credit is shared they
//   multiply from generation to generation: there tree/level goes level by level.
// :param rootId => 'c-0000001'
// :param hops => 6
// :param limit => 1000
MATCH
  path = (:Customer {customerId: $rootId})-[:REFERRED*1..25]->(person:Customer)
WHERE length(path) <= $hops
WITH person, min(length(path)) AS depth
ORDER BY depth, person.customerId
LIMIT $limit
OPTIONAL MATCH (referrer)-[r:REFERRED]->(person)
WITH
  person,
  depth,
  r,
  CASE
    WHEN 'Affiliate' IN labels(referrer) THEN referrer.affiliateId
    ELSE referrer.customerId
  END AS referrerId
ORDER BY depth, person.customerId, r.credit DESC, referrerId
RETURN
  depth,
  person.customerId AS customerId,
  person.name AS name,
  collect(referrerId) AS referrers,
  person.revenue AS revenue,
  person.cltv AS cltv
ORDER BY depth, customerId;