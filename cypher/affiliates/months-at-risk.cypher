// Affiliates and the organic: customers lost and customer-months at risk, the two sides of monthly churn
// name: affiliates/months-at-risk
// mode: read
// note: A month is 365.25 / 12 days; one that a customer began counts for the part of it until they left or the data end.
// note: affiliateId is empty for the organic, whom nobody brought. inactiveDays, where given: who has placed no order for
// longer has left then; else who has a churnedAt.
// :param until => '2026-01-01T00:00:00Z'
// :param inactiveDays => null
MATCH (c:Customer)
WHERE c.joinedAt < datetime($until)
OPTIONAL MATCH (a:Affiliate)-[:REFERRED]->(c)
WITH a, c
WHERE a IS NOT NULL OR NOT EXISTS { (c)<-[:REFERRED]-() }
WITH
  a.affiliateId AS affiliateId,
  c.joinedAt.epochMillis AS joined,
  CASE
    WHEN $inactiveDays IS NULL THEN c.churnedAt.epochMillis
    ELSE
      coalesce(c.lastOrderAt, c.joinedAt).epochMillis + 86400000 * $inactiveDays
  END AS leaves,
  datetime($until).epochMillis AS until
WITH
  affiliateId,
  joined,
  until,
  CASE
    WHEN leaves <= until THEN leaves
  END AS gone
RETURN
  affiliateId,
  count(*) AS customers,
  count(gone) AS churned,
  sum(
    CASE
      WHEN coalesce(gone, until) <= joined THEN 0.0
      ELSE (coalesce(gone, until) - joined) / 86400000.0 / 30.4375
    END) AS monthsAtRisk
ORDER BY affiliateId;