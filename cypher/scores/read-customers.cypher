// Every customer with what scores are made from, and the scores they have
// name: scores/read-customers
// mode: read
// note: Also those of an analysis that has not finished: for the next one, which takes them back first.
MATCH (c:Customer)
RETURN
  c.customerId AS customerId,
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