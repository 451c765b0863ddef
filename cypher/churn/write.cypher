// Write how likely customers are to leave within a month, by which model, and when that was worked out
// name: churn/write
// mode: write
// :param rows => [{id: 'c-0000001', probability: 0.05}]
// :param version => '0123456789ab'
// :param at => '2026-01-01T00:00:00Z'
UNWIND $rows AS row
MATCH (c:Customer {customerId: row.id})
SET
  c.churnProbability = row.probability,
  c.churnVersion = $version,
  c.churnAt = datetime($at);