// Write predicted CLTV; what was loaded goes before it
// name: cltv/predict
// mode: write
// :param rows => [{id: 'c-0000001', cltv: 120.5}]
// :param at => '2026-01-01T00:00:00Z'
// :param to => '2026-12-31'
UNWIND $rows AS row
MATCH (c:Customer {customerId: row.id})
SET
  c.cltvPredicted = row.cltv,
  c.cltvPredictedAt = datetime($at),
  c.cltvPredictedTo = date($to)
SET
  c.cltv = coalesce(c.cltvLoaded, row.cltv),
  c.cltvSource =
    CASE
      WHEN c.cltvLoaded IS NOT NULL THEN 'loaded'
      ELSE 'predicted'
    END;