// Every credited referral: who brought whom, when, in which campaign; times in days since 1970
// name: programme/referrals
// mode: read
// note: referrer is empty where an affiliate brought them.
MATCH (c:Customer)<-[r:REFERRED]-(referrer)
RETURN
  referrer.customerId AS referrer,
  c.customerId AS referee,
  r.at.epochMillis / 86400000.0 AS at,
  r.credit AS credit,
  r.campaign AS campaign,
  r.claimId AS claimId;