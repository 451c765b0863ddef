// Customers whose id begins with a text
// name: customers/by-id
// mode: read
// note: By the index of ids; upper and lower case differ.
// :param prefix => 'c-00000'
// :param limit => 20
MATCH (c:Customer)
WHERE c.customerId STARTS WITH $prefix
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
ORDER BY customerId
LIMIT $limit;