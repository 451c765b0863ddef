// Every customer with what affiliates' customers are compared by; times in days since 1970
// name: affiliates/everyone
// mode: read
MATCH (c:Customer)
RETURN
  c.customerId AS customerId,
  c.joinedAt.epochMillis / 86400000.0 AS joined,
  c.churnedAt.epochMillis / 86400000.0 AS lost,
  c.revenue AS revenue,
  c.margin AS margin,
  c.cltv AS cltv,
  c.orders AS orders,
  c.firstOrderAt.epochMillis / 86400000.0 AS firstOrder,
  c.lastOrderAt.epochMillis / 86400000.0 AS lastOrder;