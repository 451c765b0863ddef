// Every commission: who earned it, with which customer and order, what became of it; times in days since 1970
// name: affiliates/earned
// mode: read
MATCH (a:Affiliate)-[:EARNED]->(k:Commission)
OPTIONAL MATCH (k)-[:FOR]->(:Order)<-[:PLACED]-(c:Customer)
OPTIONAL MATCH (:Alias {aliasId: k.customerId})<-[:KNOWN_AS]-(p:Customer)
RETURN
  a.affiliateId AS affiliateId,
  coalesce(c.customerId, p.customerId, k.customerId) AS customerId,
  k.orderId AS orderId,
  k.amount AS amount,
  k.earnedAt.epochMillis / 86400000.0 AS earned,
  k.status AS status;