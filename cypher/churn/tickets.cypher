// Every ticket of a customer; times in days since 1970
// name: churn/tickets
// mode: read
MATCH (c:Customer)-[:RAISED]->(t:Ticket)
RETURN
  c.customerId AS customerId,
  t.openedAt.epochMillis / 86400000.0 AS opened,
  t.closedAt.epochMillis / 86400000.0 AS closed,
  t.severity AS severity;