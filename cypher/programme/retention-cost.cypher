// What it costs to keep a customer, beside what they have spent
// name: programme/retention-cost
// mode: read
// note: Of those whose retention_cost is known; revenue is of the same customers.
MATCH (c:Customer)
WHERE c.retentionCost IS NOT NULL
RETURN
  count(*) AS customers,
  avg(c.retentionCost) AS retentionCost,
  avg(coalesce(c.revenue, 0.0)) AS revenue,
  CASE
    WHEN
      sum(coalesce(c.revenue, 0.0)) > 0
      THEN sum(c.retentionCost) / sum(coalesce(c.revenue, 0.0))
  END AS shareOfRevenue;