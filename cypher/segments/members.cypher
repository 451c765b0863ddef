// The customers of one segment, by influence
// name: segments/members
// mode: read
// :param attribute => 'country'
// :param level => 'DE'
// :param limit => 100
OPTIONAL MATCH (a:Analysis)
WHERE a.finishedAt IS NOT NULL
WITH coalesce(max(a.version), 0) AS current
MATCH (c:Customer)
WHERE toString(c[$attribute]) = $level
WITH
  c,
  CASE
    WHEN
      c.scoreVersion > current
      THEN
        {influence: c.scoresBefore[0], downline: toInteger(c.scoresBefore[4])}
    ELSE c
  END AS s
RETURN
  c.customerId AS customerId,
  c.name AS name,
  c.cltv AS cltv,
  c.revenue AS ownRevenue,
  s.influence AS influence,
  s.downline AS downline
ORDER BY coalesce(influence, 0.0) DESC, customerId
LIMIT $limit;