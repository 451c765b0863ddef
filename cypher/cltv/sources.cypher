// How many customers have a CLTV that was loaded, predicted or is historic, and when predictions were made
// name: cltv/sources
// mode: read
MATCH (c:Customer)
RETURN
  c.cltvSource AS source,
  count(c) AS customers,
  avg(c.cltv) AS meanCltv,
  min(c.cltvPredictedAt) AS firstPredictedAt,
  max(c.cltvPredictedAt) AS lastPredictedAt,
  max(c.cltvPredictedTo) AS predictedTo
ORDER BY source;