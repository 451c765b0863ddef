// Hidden advocates: customers who buy little and bring much, by influence
// name: referrers/hidden-advocates
// mode: read
// note: From the scores of the last `refnet analyze`: CLTV at or below the median, influence above that of most referrers.
// :param limit => 20
OPTIONAL MATCH (a:Analysis)
WHERE a.finishedAt IS NOT NULL
WITH coalesce(max(a.version), 0) AS current
MATCH (c:Customer)
WITH
  c,
  CASE
    WHEN
      c.scoreVersion > current
      THEN
        {
          quadrant: c.quadrantBefore,
          influence: c.scoresBefore[0],
          ecrNetwork: c.scoresBefore[2],
          downline: toInteger(c.scoresBefore[4]),
          longestChain: toInteger(c.scoresBefore[5]),
          percentile: c.scoresBefore[6]
        }
    ELSE c
  END AS s
WHERE s.quadrant = 'hidden_advocates'
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