// Every customer with what scores are made from, and the scores they have
// name: export/customers
// mode: read
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
          influence: c.scoresBefore[0],
          ecrDirect: c.scoresBefore[1],
          ecrNetwork: c.scoresBefore[2],
          conservedCredit: c.scoresBefore[3],
          downline: toInteger(c.scoresBefore[4]),
          longestChain: toInteger(c.scoresBefore[5]),
          percentile: c.scoresBefore[6],
          band: c.bandBefore,
          quadrant: c.quadrantBefore
        }
    ELSE c
  END AS s
RETURN
  c.customerId AS customerId,
  c.joinedAt.epochMillis AS joinedAt,
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
  s.quadrant AS quadrant;