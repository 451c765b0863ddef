// Every customer with when they joined and left and where they came from; times in days since 1970
// name: churn/customers
// mode: read
MATCH (c:Customer)
OPTIONAL MATCH (c)<-[:REFERRED]-(a:Affiliate)
RETURN
  c.customerId AS customerId,
  c.joinedAt.epochMillis / 86400000.0 AS joined,
  c.churnedAt.epochMillis / 86400000.0 AS lost,
  c.country AS country,
  c.channel AS channel,
  min(a.affiliateId) AS affiliateId;