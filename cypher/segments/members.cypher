// The customers of one segment, by influence
// name: segments/members
// mode: read
// :param attribute => 'country'
// :param level => 'DE'
// :param limit => 100
MATCH (c:Customer)
WHERE toString(c[$attribute]) = $level
RETURN
  c.customerId AS customerId,
  c.name AS name,
  c.cltv AS cltv,
  c.revenue AS ownRevenue,
  c.influence AS influence,
  c.downline AS downline
ORDER BY coalesce(influence, 0.0) DESC, customerId
LIMIT $limit;