// Every customer with what success is worked out from; times in days since 1970
// name: success/customers
// mode: read
// note: consent is 1, 0 or empty where it is not known; affiliate is 1 for who acts as one.
MATCH (c:Customer)
RETURN
  c.customerId AS customerId,
  c.name AS name,
  c.joinedAt.epochMillis / 86400000.0 AS joined,
  c.churnedAt.epochMillis / 86400000.0 AS lost,
  c.lastOrderAt.epochMillis / 86400000.0 AS lastOrder,
  c.channel AS channel,
  c.crmRole AS crmRole,
  c.healthLabel AS healthLabel,
  CASE c.consent
    WHEN true THEN 1
    WHEN false THEN 0
  END AS consent,
  c.revenue AS revenue,
  c.cltv AS cltv,
  c.retentionCost AS retentionCost,
  CASE
    WHEN EXISTS { (c)-[:ACTS_AS]->(:Affiliate) } THEN 1
    ELSE 0
  END AS affiliate;