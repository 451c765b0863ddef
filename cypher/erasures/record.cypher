// That somebody was forgotten, when, by whom and why; not who
// name: erasures/record
// mode: write
// :param rows => [['e-1', '2026-01-31T12:00:00+00:00', 'ann', 'request 117', '{"orders": 3}']]
UNWIND $rows AS r
CREATE (e:Erasure {erasureId: r[0]})
SET e.at = datetime(r[1]), e.by = r[2], e.why = r[3], e.counts = r[4];