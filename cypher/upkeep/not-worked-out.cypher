// Customers whose figures have not been worked out, as an import leaves them
// name: upkeep/not-worked-out
// mode: read
MATCH (c:Customer)
WHERE c.orders IS NULL
RETURN c.customerId AS customerId;