// Every customer with what the programme's figures are made from; times in days since 1970
// name: programme/customers
// mode: read
MATCH (c:Customer)
RETURN
  c.customerId AS customerId,
  c.joinedAt.epochMillis / 86400000.0 AS joined,
  c.churnedAt.epochMillis / 86400000.0 AS lost,
  c.country AS country,
  c.channel AS channel,
  c.revenue AS revenue,
  c.margin AS margin;