// Every credited referral of a customer by a customer: who brought whom, and when; times in days since 1970
// name: churn/referrals
// mode: read
MATCH (referrer:Customer)-[r:REFERRED]->(c:Customer)
RETURN
  referrer.customerId AS referrer,
  c.customerId AS referee,
  r.at.epochMillis / 86400000.0 AS at,
  r.credit AS credit;