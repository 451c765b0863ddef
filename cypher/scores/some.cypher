// Scores of the customers given
// name: scores/some
// mode: read
// :param ids => ['c-0000001', 'c-0000002']
OPTIONAL MATCH (a:Analysis)
WHERE a.finishedAt IS NOT NULL
WITH coalesce(max(a.version), 0) AS current
UNWIND $ids AS id
MATCH (c:Customer {customerId: id})
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