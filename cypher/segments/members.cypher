// The customers of one segment, by influence
// name: segments/members
// mode: read
// note: A segment is what all of the three say: levels, numbers from … to below …, moments from … to before …; null is no edge.
// :param levels => {country: 'DE', plan: 'flexible'}
// :param ranges => {}
// :param dates => {}
// :param limit => 100
OPTIONAL MATCH (a:Analysis)
WITH
  max(a.version) AS latest,
  coalesce(max(
      CASE
        WHEN a.finishedAt IS NOT NULL THEN a.version
      END), 0) AS current
MATCH (c:Customer)
WHERE
  all(name IN keys($levels) WHERE toString(c[name]) = $levels[name]) AND
  all(
    name IN keys($ranges)
    WHERE
      ($ranges[name][0] IS NULL OR c[name] >= $ranges[name][0]) AND
      ($ranges[name][1] IS NULL OR c[name] < $ranges[name][1]) AND
      c[name] IS NOT NULL
  ) AND
  all(
    name IN keys($dates)
    WHERE
      c[name] >= datetime($dates[name][0]) AND
      c[name] < datetime($dates[name][1])
  )
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