// Every affiliate: terms, niche, programme, the affiliate above, the customer they also are
// name: affiliates/partners
// mode: read
MATCH (a:Affiliate)
OPTIONAL MATCH (a)-[:CHILD_OF]->(p:Affiliate)
OPTIONAL MATCH (a)<-[:ACTS_AS]-(c:Customer)
WITH a, min(p.affiliateId) AS parentId, min(c.customerId) AS customerId
RETURN
  a.affiliateId AS affiliateId,
  a.name AS name,
  a.niche AS niche,
  a.programme AS programme,
  a.commissionRate AS rate,
  a.commissionFixed AS fixed,
  parentId,
  customerId
ORDER BY affiliateId;