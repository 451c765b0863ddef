// The currency that the graph counts in
// name: export/currency
// mode: read
MATCH (l:LoadRun)
WHERE l.currency IS NOT NULL
RETURN l.currency AS currency
ORDER BY l.startedAt DESC
LIMIT 1;