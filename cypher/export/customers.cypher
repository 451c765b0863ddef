// Every customer with what scores are made from, and the scores they have
// name: export/customers
// mode: read
MATCH (c:Customer)
RETURN
  c.customerId AS customerId,
  c.joinedAt.epochMillis AS joinedAt,
  c.revenue AS revenue,
  c.cltv AS cltv,
  c.influence AS influence,
  c.ecrDirect AS ecrDirect,
  c.ecrNetwork AS ecrNetwork,
  c.conservedCredit AS conservedCredit,
  c.downline AS downline,
  c.longestChain AS longestChain,
  c.percentile AS percentile,
  c.band AS band,
  c.quadrant AS quadrant;