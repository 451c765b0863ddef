// Every customer with what scores are made from, and the scores they have
// name: export/customers
// mode: read
OPTIONAL MATCH (a:Analysis)
WHERE a.finishedAt IS NOT NULL
WITH coalesce(max(a.version), 0) AS current
MATCH (c:Customer)
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
          quadrant: p.quadrantBefore
        }
    ELSE p
  END AS s
RETURN
  c.customerId AS customerId,
  c.joinedAt.epochMillis AS joinedAt,
  c.revenue AS revenue,
  c.cltv AS cltv,
  c.referralCount AS referralCount,
  s.influence AS influence,
  s.ecrDirect AS ecrDirect,
  s.ecrNetwork AS ecrNetwork,
  s.conservedCredit AS conservedCredit,
  s.downline AS downline,
  s.longestChain AS longestChain,
  s.percentile AS percentile,
  s.band AS band,
  s.quadrant AS quadrant;