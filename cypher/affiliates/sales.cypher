// Every order of those whom an affiliate named, before and after refunds; times in days since 1970
// name: affiliates/sales
// mode: read
MATCH (:Affiliate)-[:MADE]->(:Claim)-[:NAMES]->(c:Customer)
WITH DISTINCT c
MATCH (c)-[:PLACED]->(o:Order)
RETURN
  c.customerId AS customerId,
  o.orderId AS orderId,
  o.placedAt.epochMillis / 86400000.0 AS placed,
  o.amount AS amount,
  coalesce(o.refunded, 0.0) AS refunded;