// Write the scores of customers
// name: scores/write-customers
// mode: write
// :param rows => [{id: 'x-1', scores: {influence: 175.0}}]
// :param version => 1
// :param at => '2026-01-01T00:00:00Z'
UNWIND $rows AS row
MATCH (n:Customer {customerId: row.id})
SET n += row.scores
SET
  n.scoreVersion = $version,
  n.scoredAt = datetime($at),
  n.scoreChangedAt = datetime($at);