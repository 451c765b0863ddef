// Scores of the customers given
// name: scores/some
// mode: read
// :param ids => ['c-0000001', 'c-0000002']
UNWIND $ids AS id
MATCH (c:Customer {customerId: id})
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