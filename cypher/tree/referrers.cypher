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
  coalesce(referrer.customerId, referrer.affiliateId) AS id,
  CASE
    WHEN referrer.customerId IS NULL THEN 'affiliate'
    ELSE 'customer'
  END AS kind,
  referrer.name AS name,
  referrer.revenue AS revenue
ORDER BY kind DESC, id;