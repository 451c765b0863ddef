// Write health scores, and which weights made them
// name: success/write-health
// mode: write
// :param rows => [{id: 'c-0000001', score: 71.5, grade: 'green'}]
// :param version => 'refnet@d96b2670e6'
// :param at => '2026-01-01T00:00:00Z'
UNWIND $rows AS row
MATCH (c:Customer {customerId: row.id})
SET
  c.healthScore = row.score,
  c.healthGrade = row.grade,
  c.healthVersion = $version,
  c.healthAt = datetime($at);