// Credited referrals of a range of customers' ids: one row an edge
// name: export/page-credits
// mode: read
// :param first => 'c-0000001'
// :param last => 'c-0000500'
MATCH (referee:Customer)
WHERE referee.customerId >= $first AND referee.customerId <= $last
MATCH (referee)<-[r:REFERRED]-(referrer)
RETURN
  CASE
    WHEN 'Affiliate' IN labels(referrer) THEN 'affiliate'
    ELSE 'customer'
  END AS kind,
  CASE
    WHEN 'Affiliate' IN labels(referrer) THEN referrer.affiliateId
    ELSE referrer.customerId
  END AS referrer,
  referee.customerId AS referee,
  r.credit AS credit,
  r.claimId AS claimId;