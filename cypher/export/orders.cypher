// Every order of a customer: when it was placed, in milliseconds since 1970, and its amount and what was given back of it
// name: export/orders
// mode: read
MATCH (c:Customer)-[:PLACED]->(o:Order)
RETURN
  c.customerId AS customerId,
  o.placedAt.epochMillis AS at,
  o.amount AS amount,
  coalesce(o.refunded, 0) AS refunded;