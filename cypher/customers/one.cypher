// One customer: who they are, what they are worth, what they bring
// name: customers/one
// mode: read
// :param customerId => 'c-0000001'
OPTIONAL MATCH (a:Analysis)
WHERE a.finishedAt IS NOT NULL
WITH coalesce(max(a.version), 0) AS current
MATCH (c:Customer {customerId: $customerId})
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
          scoredAt: p.scoredBefore
        }
    ELSE p
  END AS s
RETURN
  c.customerId AS customerId,
  c.name AS name,
  c.joinedAt AS joinedAt,
  c.country AS country,
  c.plan AS plan,
  c.channel AS channel,
  c.revenue AS revenue,
  c.cltv AS cltv,
  s.influence AS influence,
  s.ecrDirect AS ecrDirect,
  s.ecrNetwork AS ecrNetwork,
  s.conservedCredit AS conservedCredit,
  s.downline AS downline,
  s.longestChain AS longestChain,
  s.percentile AS percentile,
  s.band AS band,
  s.quadrant AS quadrant,
  s.scoreVersion AS scoreVersion,
  s.scoredAt AS scoredAt;