// Every invitation of a customer; times in days since 1970
// name: churn/invitations
// mode: read
MATCH (c:Customer)-[:SENT]->(i:Invitation)
RETURN c.customerId AS customerId, i.sentAt.epochMillis / 86400000.0 AS sent;