// The email of every customer who has one
// name: identity/emails
// mode: read
MATCH (c:Customer)
WHERE c.email IS NOT NULL
RETURN c.customerId AS customerId, c.email AS email;