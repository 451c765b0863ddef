// Every order of customers whom a customer brought, less what was given back; times in days since 1970
// name: programme/orders
// mode: read
MATCH (c:Customer)-[:PLACED]->(o:Order)
WHERE EXISTS { (c)<-[:REFERRED]-(:Customer) }
RETURN
  c.customerId AS customerId,
  o.placedAt.epochMillis / 86400000.0 AS placed,
  o.amount - coalesce(o.refunded, 0) AS amount,
  o.margin AS margin;