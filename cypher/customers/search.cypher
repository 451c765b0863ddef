// Customers whose id, email, or a word of whose name begins with a text, in upper or lower case
// name: customers/search
// mode: read
// note: Looks at every customer.
// :param text => 'ann'
// :param limit => 20
MATCH (c:Customer)
WHERE
  toLower(c.customerId) STARTS WITH toLower($text) OR
  toLower(c.name) STARTS WITH toLower($text) OR
  toLower(c.name) CONTAINS (' ' + toLower($text)) OR
  toLower(c.email) STARTS WITH toLower($text)
WITH c
ORDER BY c.customerId
LIMIT $limit
RETURN
  c.customerId AS customerId,
  c.name AS name,
  c.country AS country,
  c.plan AS plan,
  c.revenue AS revenue,
  c.cltv AS cltv,
  c.influence AS influence,
  c.quadrant AS quadrant,
  c.scoreVersion AS scoreVersion
ORDER BY customerId;