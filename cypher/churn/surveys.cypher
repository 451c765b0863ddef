// Every answer of a customer to a survey; times in days since 1970
// name: churn/surveys
// mode: read
MATCH (c:Customer)-[:ANSWERED]->(s:Survey)
RETURN
  c.customerId AS customerId,
  s.kind AS kind,
  s.score AS score,
  s.at.epochMillis / 86400000.0 AS answered;