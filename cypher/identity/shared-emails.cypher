// Emails that several customers have, who are not joined: they have different ids of one kind
// name: identity/shared-emails
// mode: read
// note: Looks at every customer. An alias says which of them are one.
// :param limit => 100
CALL {
  MATCH (c:Customer)
  RETURN c.customerId AS customerId, toLower(trim(c.email)) AS email
    UNION
  MATCH (a:Alias)<-[:KNOWN_AS]-(c:Customer)
  RETURN c.customerId AS customerId, toLower(trim(a.email)) AS email
}
WITH customerId, email
WHERE email CONTAINS '@'
WITH customerId, email
ORDER BY customerId
WITH email, collect(customerId) AS customers
WHERE size(customers) > 1
RETURN email, customers
ORDER BY email
LIMIT $limit;