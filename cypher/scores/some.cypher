// Scores of the customers given
// name: scores/some
// mode: read
// :param ids => ['c-0000001', 'c-0000002']
OPTIONAL MATCH (a:Analysis)
WHERE a.finishedAt IS NOT NULL
WITH coalesce(max(a.version), 0) AS current
UNWIND $ids AS id
MATCH (c:Customer {customerId: id})
WITH current, c, properties(c) AS p
WITH
  c,
  CASE
    WHEN
      p.scoreVersion > current
      THEN
        {
          influence: p.scoresBefore[0],
          ecrDirect: p.scoresBefore[1],
          ecrNetwork: p.scoresBefore[2],
          conservedCredit: p.scoresBefore[3],
          downline: toInteger(p.scoresBefore[4]),
          longestChain: toInteger(p.scoresBefore[5]),
          percentile: p.scoresBefore[6],
          band: p.bandBefore,
          quadrant: p.quadrantBefore,
          scoreVersion: toInteger(p.scoresBefore[7]),
          scoreChangedAt: p.scoredBefore
        }
    ELSE p
  END AS s
OPTIONAL MATCH (scored:Analysis {version: s.scoreVersion})
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
  coalesce(scored.finishedAt, s.scoreChangedAt) AS scoreChangedAt
ORDER BY customerId;