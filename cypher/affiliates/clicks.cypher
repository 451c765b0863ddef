// Visits and clicks that each affiliate brought, by month
// name: affiliates/clicks
// mode: read
MATCH (v:Visits)
WHERE v.affiliateId IS NOT NULL
RETURN
  v.affiliateId AS affiliateId,
  v.day.year AS year,
  v.day.month AS month,
  sum(v.visits) AS visits,
  sum(v.clicks) AS clicks;