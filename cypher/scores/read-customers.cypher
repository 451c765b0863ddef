// Customers of a range of ids: what scores are made from, and the scores they have, each as one list
// name: scores/read-customers
// mode: read
// note: Lists, as a value of a list comes at a tenth of the cost of one in a row of its own; NaN and '' stand for none, which
//   collect would leave out. Also scores of an analysis that has not finished: for the next one, which takes them back first.
// :param after => ''
// :param upTo => 'c-0001000'
MATCH (c:Customer)
WHERE c.customerId > $after AND c.customerId <= $upTo
RETURN
  collect(c.customerId) AS customerId,
  collect(coalesce(c.revenue, 0.0 / 0.0)) AS revenue,
  collect(coalesce(c.cltv, 0.0 / 0.0)) AS cltv,
  collect(coalesce(c.influence, 0.0 / 0.0)) AS influence,
  collect(coalesce(c.ecrDirect, 0.0 / 0.0)) AS ecrDirect,
  collect(coalesce(c.ecrNetwork, 0.0 / 0.0)) AS ecrNetwork,
  collect(coalesce(c.conservedCredit, 0.0 / 0.0)) AS conservedCredit,
  collect(coalesce(c.downline, 0.0 / 0.0)) AS downline,
  collect(coalesce(c.longestChain, 0.0 / 0.0)) AS longestChain,
  collect(coalesce(c.percentile, 0.0 / 0.0)) AS percentile,
  collect(coalesce(c.band, '')) AS band,
  collect(coalesce(c.quadrant, '')) AS quadrant;