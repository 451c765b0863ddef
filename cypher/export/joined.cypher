// Every customer and when they joined, in milliseconds since 1970
// name: export/joined
// mode: read
MATCH (c:Customer)
RETURN c.customerId AS customerId, c.joinedAt.epochMillis AS joinedAt;