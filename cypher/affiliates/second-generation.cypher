// Whom the customers of one affiliate brought, and those in turn: people and what they spent, by generation
// name: affiliates/second-generation
// mode: read
// note: Generation 1 is the affiliate's own customers. Somebody with several ways up counts where they are nearest.
// :param affiliateId => 'a-001'
MATCH
  path =
    (a:Affiliate {affiliateId: $affiliateId})-[:REFERRED*1..25]->(c:Customer)
WITH c, min(length(path)) AS generation
RETURN generation, count(*) AS customers, sum(coalesce(c.revenue, 0.0)) AS sales
ORDER BY generation;