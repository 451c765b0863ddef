// Scores of customers by id, a page at a time: how a CRM takes all of them
// name: scores/by-id
// mode: read
// note: since narrows it down to scores of analyses that have finished after it: when they were shown, not when they were
//   worked out. To the microsecond, as times are told.
// :param afterId => ''
// :param since => null
// :param limit => 100
OPTIONAL MATCH (a:Analysis)
WHERE a.finishedAt IS NOT NULL
WITH
  coalesce(max(a.version), 0) AS current,
  min(
    CASE
      WHEN
        a.finishedAt >= datetime($since) + duration({microseconds: 1})
        THEN a.version
    END) AS first
MATCH (c:Customer)
WHERE
  c.customerId > $afterId AND
  ($since IS NULL OR
    CASE
      WHEN c.scoreVersion > current THEN toInteger(c.scoresBefore[7])
      ELSE c.scoreVersion
    END >=
    first)
WITH current, c
ORDER BY c.customerId
LIMIT $limit
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