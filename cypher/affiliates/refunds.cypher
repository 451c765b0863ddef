// What was given back to each customer to whom anything was
// name: affiliates/refunds
// mode: read
MATCH (o:Order)
WHERE o.refunded > 0
MATCH (o)<-[:PLACED]-(c:Customer)
RETURN c.customerId AS customerId, sum(o.refunded) AS refunded;