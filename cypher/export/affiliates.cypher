// Every affiliate, the customer they also are, and the scores they have
// name: export/affiliates
// mode: read
MATCH (a:Affiliate)
OPTIONAL MATCH (c:Customer)-[:ACTS_AS]->(a)
WITH a, min(c.customerId) AS customerId
RETURN
  a.affiliateId AS affiliateId,
  customerId,
  a.influence AS influence,
  a.ecrNetwork AS ecrNetwork,
  a.conservedCredit AS conservedCredit,
  a.downline AS downline,
  a.longestChain AS longestChain;