// One customer: who they are, what they are worth, what they bring
// name: customers/one
// mode: read
// :param customerId => 'c-0000001'
MATCH (c:Customer {customerId: $customerId})
RETURN
  c.customerId AS customerId,
  c.name AS name,
  c.joinedAt AS joinedAt,
  c.country AS country,
  c.plan AS plan,
  c.channel AS channel,
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
  c.quadrant AS quadrant,
  c.scoreVersion AS scoreVersion,
  c.scoredAt AS scoredAt;