// Every credited referral: who brought whom and when, a customer or an affiliate; times in days since 1970
// name: success/brought
// mode: read
MATCH (c:Customer)<-[r:REFERRED]-(referrer)
RETURN
  c.customerId AS customerId,
  referrer.customerId AS referrer,
  CASE
    WHEN 'Affiliate' IN labels(referrer) THEN referrer.affiliateId
  END AS affiliate,
  r.at.epochMillis / 86400000.0 AS at;