// Hidden advocates: customers who buy little and bring much, by influence
// name: referrers/hidden-advocates
// mode: read
// note: From the scores of the last `refnet analyze`: CLTV at or below the median, influence above that of most referrers.
// :param limit => 20
OPTIONAL MATCH (a:Analysis)
WITH
  max(a.version) AS latest,
  coalesce(max(
      CASE
        WHEN a.finishedAt IS NOT NULL THEN a.version
      END), 0) AS current
MATCH (c:Customer)
WITH current, c,
  CASE
    WHEN latest > current THEN properties(c)
    ELSE c
  END AS p
WHERE
  CASE
    WHEN p.scoreVersion > current THEN p.quadrantBefore
    ELSE p.quadrant
  END =
  'hidden_advocates'
WITH current, c, properties(c) AS p
WITH
  c,
  CASE
    WHEN
      p.scoreVersion > current
      THEN
        {
          influence: p.scoresBefore[0],
          ecrNetwork: p.scoresBefore[2],
          downline: toInteger(p.scoresBefore[4]),
          longestChain: toInteger(p.scoresBefore[5]),
          percentile: p.scoresBefore[6]
        }
    ELSE p
  END AS s
RETURN
  c.customerId AS customerId,
  c.name AS name,
  c.cltv AS cltv,
  c.revenue AS ownRevenue,
  s.influence AS influence,
  s.ecrNetwork AS ecrNetwork,
  s.downline AS downline,
  s.longestChain AS longestChain,
  s.percentile AS percentile
ORDER BY influence DESC, customerId
LIMIT $limit;