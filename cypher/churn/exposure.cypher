// What hangs below those who might leave: their probability times what everyone below them spent since a day
// name: churn/exposure
// mode: read
// note: Of written probabilities (`refnet churn --write`). Who has none has left, and brings nothing more.
// :param since => '2025-01-01T00:00:00Z'
// :param limit => 20
MATCH (c:Customer)-[:REFERRED]->(:Customer)
WHERE c.churnProbability IS NOT NULL
WITH DISTINCT c
MATCH path = (c)-[:REFERRED*1..25]->(below:Customer)
WHERE below.churnProbability IS NOT NULL
WITH
  c,
  below,
  sum(reduce(credit = 1.0, r IN relationships(path) | credit * r.credit)) AS credit
OPTIONAL MATCH (below)-[:PLACED]->(o:Order)
WHERE o.placedAt >= datetime($since)
WITH
  c,
  below,
  credit,
  sum(coalesce(o.amount - coalesce(o.refunded, 0), 0.0)) AS spent
WITH
  c,
  count(below) AS people,
  sum(credit * spent) AS hangs,
  sum(credit * spent * below.churnProbability) AS downstreamAtRisk
RETURN
  c.customerId AS customerId,
  c.churnProbability AS probability,
  people,
  hangs,
  downstreamAtRisk,
  c.churnProbability * hangs AS exposure
ORDER BY exposure DESC, customerId
LIMIT $limit;