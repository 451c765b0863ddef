// Who brought some customers: one step up
// name: tree/referrers
// mode: read
// note: One hop at a time: quick on every network, also where people have several credited referrers.
// :param ids => ['c-0000001']
UNWIND $ids AS id
MATCH (person:Customer {customerId: id})
MATCH (person)<-[:REFERRED]-(referrer)
WITH DISTINCT referrer
RETURN
  CASE
    WHEN 'Affiliate' IN labels(referrer) THEN referrer.affiliateId
    ELSE referrer.customerId
  END AS id,
  CASE
    WHEN 'Affiliate' IN labels(referrer) THEN 'affiliate'
    ELSE 'customer'
  END AS kind,
  referrer.name AS name,
  referrer.revenue AS revenue
ORDER BY kind DESC, id;