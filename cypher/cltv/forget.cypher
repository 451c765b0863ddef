// Take predicted CLTV away: what was loaded or else the revenue so far is there again
// name: cltv/forget
// mode: write
// :param ids => ['c-0000001']
UNWIND $ids AS id
MATCH (c:Customer {customerId: id})
REMOVE c.cltvPredicted, c.cltvPredictedAt, c.cltvPredictedTo
SET
  c.cltv = coalesce(c.cltvLoaded, c.revenue),
  c.cltvSource =
    CASE
      WHEN c.cltvLoaded IS NOT NULL THEN 'loaded'
      WHEN c.revenue IS NOT NULL THEN 'historic'
    END;