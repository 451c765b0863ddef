// Every affiliate, the customer they also are
// name: export/affiliates
// mode: read
MATCH (a:Affiliate)
OPTIONAL MATCH (c:Customer)-[:ACTS_AS]->(a)
WITH a, min(c.customerId) AS customerId
RETURN a.affiliateId AS affiliateId, customerId;