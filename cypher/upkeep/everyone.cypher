// Every customer's id
// name: upkeep/everyone
// mode: read
MATCH (c:Customer)
RETURN c.customerId AS customerId;