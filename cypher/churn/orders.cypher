// Every order of a customer, less what was given back; times in days since 1970
// name: churn/orders
// mode: read
MATCH (c:Customer)-[:PLACED]->(o:Order)
RETURN
  c.customerId AS customerId,
  o.placedAt.epochMillis / 86400000.0 AS placed,
  o.amount - coalesce(o.refunded, 0) AS amount;