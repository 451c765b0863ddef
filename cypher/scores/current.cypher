// The current analysis: the latest one that is finished; and what has come since
// name: scores/current
// mode: read
// note: loads are those that were begun or worked out after it; changes, of credit or CLTV without a load.
MATCH (a:Analysis)
WHERE a.finishedAt IS NOT NULL
WITH a
ORDER BY a.version DESC
LIMIT 1
OPTIONAL MATCH (r:LoadRun)
WHERE coalesce(r.settledAt, r.finishedAt, r.startedAt) > a.startedAt
RETURN
  a.version AS version,
  a.settings AS settings,
  a.currency AS currency,
  a.finishedAt AS finishedAt,
  count(DISTINCT coalesce(r.loadId, r.runId)) AS loads,
  coalesce(a.changes, 0) AS changes;