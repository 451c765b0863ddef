// Affiliates who have one of some emails, and the customer whom they act as
// name: persons/affiliates-by-email
// mode: read
// note: the emails are given in small letters; every affiliate is looked at.
// :param emails => ['ann@example.org']
MATCH (a:Affiliate)
WHERE toLower(trim(a.email)) IN $emails
OPTIONAL MATCH (c:Customer)-[:ACTS_AS]->(a)
RETURN
  a.affiliateId AS affiliateId,
  toLower(trim(a.email)) AS email,
  c.customerId AS customerId;