// Write the scores of affiliates
// name: scores/write-affiliates
// mode: write
// :param rows => [{id: 'x-1', scores: {influence: 175.0}}]
// :param version => 1
// :param at => '2026-01-01T00:00:00Z'
UNWIND $rows AS row
MATCH (n:Affiliate {affiliateId: row.id})
SET n += row.scores
SET
  n.scoreVersion = $version,
  n.scoredAt = datetime($at),
  n.scoreChangedAt = datetime($at);