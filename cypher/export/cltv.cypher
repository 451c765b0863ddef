// Every customer's revenue, CLTV as loaded and as predicted, and when they left, in milliseconds since 1970
// name: export/cltv
// mode: read
MATCH (c:Customer)
RETURN
  c.customerId AS customerId,
  c.revenue AS revenue,
  c.cltvLoaded AS loaded,
  c.cltvPredicted AS predicted,
  c.churnedAt.epochMillis AS churnedAt;