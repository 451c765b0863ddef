// Customers by their health score, the lowest first, and which weights made it
// name: success/health-scores
// mode: read
// note: `refnet health --write` puts the scores into the graph; `refnet health ID` tells what each is made of.
// :param least => 0
// :param most => 100
// :param limit => 50
MATCH (c:Customer)
WHERE c.healthScore >= $least AND c.healthScore <= $most
RETURN
  c.customerId AS customerId,
  c.name AS name,
  c.healthScore AS healthScore,
  c.healthGrade AS healthGrade,
  c.cltv AS cltv,
  c.healthVersion AS healthVersion,
  c.healthAt AS healthAt
ORDER BY healthScore, customerId
LIMIT $limit;