// Every month of a customer's usage
// name: success/usage
// mode: read
// note: A row for each feature, where usage is told by feature.
MATCH (c:Customer)-[:USED]->(u:Usage)
RETURN
  c.customerId AS customerId,
  u.month.year AS year,
  u.month.month AS month,
  u.activeDays AS activeDays;