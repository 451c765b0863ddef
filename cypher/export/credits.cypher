// The credited network with what is told of each credit: one row an edge
// name: export/credits
// mode: read
MATCH (referee:Customer)<-[r:REFERRED]-(referrer)
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
  r.claimId AS claimId,
  toString(r.at) AS written,
  r.campaign AS campaign;