// Customers who have one of some emails, under whichever id of theirs
// name: persons/by-email
// mode: read
// note: the emails are given in small letters; every customer is looked at.
// :param emails => ['ann@example.org']
MATCH (c:Customer)
WHERE toLower(trim(c.email)) IN $emails
RETURN c.customerId AS customerId, toLower(trim(c.email)) AS email
  UNION ALL
MATCH (a:Alias)<-[:KNOWN_AS]-(c:Customer)
WHERE toLower(trim(a.email)) IN $emails
RETURN c.customerId AS customerId, toLower(trim(a.email)) AS email;