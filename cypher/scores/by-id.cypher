// Scores of customers by id, a page at a time: how a CRM takes all of them
// name: scores/by-id
// mode: read
// :param afterId => ''
// :param since => null
// :param limit => 100
MATCH (c:Customer)
WHERE
  c.customerId > $afterId AND
  ($since IS NULL OR c.scoreChangedAt > datetime($since))
WITH c
ORDER BY c.customerId
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
  c.scoreChangedAt AS scoreChangedAt
ORDER BY customerId;