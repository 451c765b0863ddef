// Affiliates and the others: months at risk and customers lost, the two sides of monthly churn
// name: affiliates/months-at-risk
// mode: read
// note: A month at risk is thirty days that a customer began as active; affiliateId is empty for those no affiliate brought.
// :param until => '2026-01-01T00:00:00Z'
MATCH (c:Customer)
WHERE c.joinedAt < datetime($until)
OPTIONAL MATCH (a:Affiliate)-[:REFERRED]->(c)
WITH
  a.affiliateId AS affiliateId,
  c.churnedAt AS churnedAt,
  duration.inDays(c.joinedAt, coalesce(c.churnedAt, datetime($until))).days AS days
RETURN
  affiliateId,
  count(*) AS customers,
  sum(
    CASE
      WHEN churnedAt IS NULL THEN 0
      ELSE 1
    END) AS churned,
  sum(
    CASE
      WHEN days <= 0 THEN 1
      ELSE toInteger((days + 29) / 30)
    END) AS monthsAtRisk
ORDER BY affiliateId;