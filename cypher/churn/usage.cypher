// Active days of every customer by month: of several features the most
// name: churn/usage
// mode: read
MATCH (c:Customer)-[:USED]->(u:Usage)
RETURN
  c.customerId AS customerId,
  u.month.year AS year,
  u.month.month AS month,
  max(u.activeDays) AS activeDays;