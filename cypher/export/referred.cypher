// The credited network: one row an edge
// name: export/referred
// mode: read
MATCH (referee:Customer)<-[r:REFERRED]-(referrer)
RETURN
  CASE
    WHEN referrer.customerId IS NULL THEN 'affiliate'
    ELSE 'customer'
  END AS kind,
  coalesce(referrer.customerId, referrer.affiliateId) AS referrer,
  referee.customerId AS referee,
  r.credit AS credit,
  r.claimId AS claimId;