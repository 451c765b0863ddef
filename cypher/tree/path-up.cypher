// Who brought one customer, and who brought those, up to the first
// name: tree/path-up
// mode: read
// note: Walks every path: quick where customers have one credited referrer (policies first, last). Where credit is shared they
//   multiply from generation to generation: there tree/referrers goes step by step.
// :param customerId => 'c-0000001'
MATCH path = (:Customer {customerId: $customerId})<-[:REFERRED*1..25]-(ancestor)
RETURN
  min(length(path)) AS steps,
  CASE
    WHEN 'Affiliate' IN labels(ancestor) THEN ancestor.affiliateId
    ELSE ancestor.customerId
  END AS id,
  CASE
    WHEN 'Affiliate' IN labels(ancestor) THEN 'affiliate'
    ELSE 'customer'
  END AS kind,
  ancestor.name AS name,
  ancestor.revenue AS revenue
ORDER BY steps, id;