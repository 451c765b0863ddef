// Scores of customers, the highest first, a page at a time
// name: scores/by-score
// mode: read
// note: A page begins after afterId, whose score was afterScore; without a score comes last. since narrows it down where it
//   is not null (scores/by-id says how), levels, ranges and dates where they name an attribute (segments/members says how).
// :param sort => 'influence'
// allowed: sort is one of influence, ecrDirect, ecrNetwork, conservedCredit, downline
// :param afterScore => null
// :param afterId => null
// :param since => null
// :param levels => {}
// :param ranges => {}
// :param dates => {}
// :param limit => 100
OPTIONAL MATCH (a:Analysis)
WITH
  max(a.version) AS latest,
  coalesce(max(
      CASE
        WHEN a.finishedAt IS NOT NULL THEN a.version
      END), 0) AS current,
  min(
    CASE
      WHEN
        a.finishedAt >= datetime($since) + duration({microseconds: 1})
        THEN a.version
    END) AS first
MATCH (c:Customer)
WHERE
  all(name IN keys($levels) WHERE toString(c[name]) = $levels[name]) AND
  all(
    name IN keys($ranges)
    WHERE
      ($ranges[name][0] IS NULL OR c[name] >= $ranges[name][0]) AND
      ($ranges[name][1] IS NULL OR c[name] < $ranges[name][1]) AND
      c[name] IS NOT NULL
  ) AND
  all(
    name IN keys($dates)
    WHERE
      c[name] >= datetime($dates[name][0]) AND
      c[name] < datetime($dates[name][1])
  ) AND
  ($since IS NULL OR
    CASE
      WHEN c.scoreVersion > current THEN toInteger(c.scoresBefore[7])
      ELSE c.scoreVersion
    END >=
    first)
WITH current, c,
  CASE
    WHEN latest > current THEN properties(c)
    ELSE c
  END AS p
WITH
  current,
  c,
  CASE
    WHEN
      p.scoreVersion > current
      THEN
        p.scoresBefore[CASE $sort
          WHEN 'influence' THEN 0
          WHEN 'ecrDirect' THEN 1
          WHEN 'ecrNetwork' THEN 2
          WHEN 'conservedCredit' THEN 3
          WHEN 'downline' THEN 4
        END]
    ELSE p[$sort]
  END AS found
WITH current, c, coalesce(toFloat(found), -1.0e300) AS score
WHERE
  $afterId IS NULL OR
  score < $afterScore OR
  (score = $afterScore AND c.customerId > $afterId)
WITH current, c, score
ORDER BY score DESC, c.customerId
LIMIT $limit
WITH current, c, score, properties(c) AS p
WITH
  c,
  score,
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
  coalesce(scored.finishedAt, s.scoreChangedAt) AS scoreChangedAt,
  score
ORDER BY score DESC, customerId;