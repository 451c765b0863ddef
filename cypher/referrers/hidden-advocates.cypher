// Hidden advocates: customers who buy little and bring much, by influence
// name: referrers/hidden-advocates
// mode: read
// note: From the scores of the last `refnet analyze`: CLTV at or below the median, influence above that of most referrers.
// :param limit => 20
MATCH (c:Customer {quadrant: 'hidden_advocates'})
RETURN
  c.customerId AS customerId,
  c.name AS name,
  c.cltv AS cltv,
  c.revenue AS ownRevenue,
  c.influence AS influence,
  c.ecrNetwork AS ecrNetwork,
  c.downline AS downline,
  c.longestChain AS longestChain,
  c.percentile AS percentile
ORDER BY influence DESC, customerId
LIMIT $limit;