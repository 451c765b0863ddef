// Scores of customers by id, a page at a time: how a CRM takes all of them
// name: scores/by-id
// mode: read
// :param afterId => ''
// :param since => null
// :param limit => 100
OPTIONAL MATCH (a:Analysis)
WHERE a.finishedAt IS NOT NULL
WITH coalesce(max(a.version), 0) AS current
MATCH (c:Customer)
WHERE c.customerId > $afterId
WITH
  c,
  CASE
    WHEN
      c.scoreVersion > current
      THEN
        {
          influence: c.scoresBefore[0],
          ecrDirect: c.scoresBefore[1],
          ecrNetwork: c.scoresBefore[2],
          conservedCredit: c.scoresBefore[3],
          downline: toInteger(c.scoresBefore[4]),
          longestChain: toInteger(c.scoresBefore[5]),
          percentile: c.scoresBefore[6],
          band: c.bandBefore,
          quadrant: c.quadrantBefore,
          scoreVersion: toInteger(c.scoresBefore[7]),
          scoreChangedAt: c.scoredBefore
        }
    ELSE c
  END AS s
WHERE $since IS NULL OR s.scoreChangedAt > datetime($since)
WITH c, s
ORDER BY c.customerId
LIMIT $limit
RETURN
  c.customerId AS customerId,
  c.name AS name,
  c.cltv AS cltv,
  c.revenue AS ownRevenue,
  s.ecrDirect AS ecrDirect,
  s.ecrNetwork AS ecrNetwork,
  s.influence AS influence,
  s.conservedCredit AS conservedCredit,
  s.downline AS downline,
  s.longestChain AS longestChain,
  s.percentile AS percentile,
  s.band AS band,
  s.quadrant AS quadrant,
  s.scoreVersion AS scoreVersion,
  s.scoreChangedAt AS scoreChangedAt
ORDER BY customerId;