// Scores of customers, the highest first, a page at a time
// name: scores/by-score
// mode: read
// note: A page begins after afterId, whose score was afterScore; without a score comes last. since, attribute and level
//   narrow it down, where they are not null.
// :param sort => 'influence'
// :param afterScore => null
// :param afterId => null
// :param since => null
// :param attribute => null
// :param level => null
// :param limit => 100
OPTIONAL MATCH (a:Analysis)
WHERE a.finishedAt IS NOT NULL
WITH coalesce(max(a.version), 0) AS current
MATCH (c:Customer)
WHERE $attribute IS NULL OR toString(c[$attribute]) = $level
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
WITH c, s, coalesce(toFloat(s[$sort]), -1.0e300) AS score
WHERE
  $afterId IS NULL OR
  score < $afterScore OR
  (score = $afterScore AND c.customerId > $afterId)
WITH c, s, score
ORDER BY score DESC, c.customerId
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
  s.scoreChangedAt AS scoreChangedAt,
  score
ORDER BY score DESC, customerId;