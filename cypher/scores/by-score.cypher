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
MATCH (c:Customer)
WHERE
  ($since IS NULL OR c.scoreChangedAt > datetime($since)) AND
  ($attribute IS NULL OR toString(c[$attribute]) = $level)
WITH c, coalesce(toFloat(c[$sort]), -1.0e300) AS score
WHERE
  $afterId IS NULL OR
  score < $afterScore OR
  (score = $afterScore AND c.customerId > $afterId)
WITH c, score
ORDER BY score DESC, c.customerId
LIMIT $limit
RETURN
  c.customerId AS customerId,
  c.name AS name,
  c.cltv AS cltv,
  c.revenue AS ownRevenue,
  c.ecrDirect AS ecrDirect,
  c.ecrNetwork AS ecrNetwork,
  c.influence AS influence,
  c.conservedCredit AS conservedCredit,
  c.downline AS downline,
  c.longestChain AS longestChain,
  c.percentile AS percentile,
  c.band AS band,
  c.quadrant AS quadrant,
  c.scoreVersion AS scoreVersion,
  c.scoreChangedAt AS scoreChangedAt,
  score
ORDER BY score DESC, customerId;