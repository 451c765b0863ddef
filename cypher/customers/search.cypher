// Customers whose id or email begins with a text, or the words of whose name with its words, in upper or lower case
// name: customers/search
// mode: read
// note: Looks at every customer; those of the most influence first.
// :param text => 'ann'
// :param limit => 20
MATCH (c:Customer)
WHERE
  toLower(c.customerId) STARTS WITH toLower($text) OR
  toLower(c.email) STARTS WITH toLower($text) OR
  all(
    word IN split(toLower($text), ' ')
    WHERE (' ' + toLower(c.name)) CONTAINS (' ' + word)
  )
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
ORDER BY coalesce(influence, -1.0) DESC, customerId
LIMIT $limit;