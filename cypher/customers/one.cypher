// One customer: who they are, what they are worth, what they bring
// name: customers/one
// mode: read
// :param customerId => 'c-0000001'
OPTIONAL MATCH (a:Analysis)
WHERE a.finishedAt IS NOT NULL
WITH coalesce(max(a.version), 0) AS current
MATCH (c:Customer {customerId: $customerId})
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
          scoredAt: c.scoredBefore
        }
    ELSE c
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