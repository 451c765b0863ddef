// The customers of one segment, by influence
// name: segments/members
// mode: read
// :param attribute => 'country'
// :param level => 'DE'
// :param limit => 100
OPTIONAL MATCH (a:Analysis)
WITH
  max(a.version) AS latest,
  coalesce(max(
      CASE
        WHEN a.finishedAt IS NOT NULL THEN a.version
      END), 0) AS current
MATCH (c:Customer)
WHERE toString(c[$attribute]) = $level
WITH current, c,
  CASE
    WHEN latest > current THEN properties(c)
    ELSE c
  END AS p
WITH
  current,
  c,
  coalesce(
    CASE
      WHEN p.scoreVersion > current THEN p.scoresBefore[0]
      ELSE p.influence
    END,
    0.0
  ) AS found
ORDER BY found DESC, c.customerId
LIMIT $limit
WITH current, c, properties(c) AS p
WITH
  c,
  CASE
    WHEN
      p.scoreVersion > current
      THEN
        {influence: p.scoresBefore[0], downline: toInteger(p.scoresBefore[4])}
    ELSE p
  END AS s
RETURN
  c.customerId AS customerId,
  c.name AS name,
  c.cltv AS cltv,
  c.revenue AS ownRevenue,
  s.influence AS influence,
  s.downline AS downline
ORDER BY coalesce(influence, 0.0) DESC, customerId;