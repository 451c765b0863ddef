// The latest analysis, finished or not
// name: scores/latest
// mode: read
MATCH (a:Analysis)
RETURN
  a.version AS version,
  a.settings AS settings,
  a.currency AS currency,
  a.startedAt AS startedAt,
  a.finishedAt AS finishedAt
ORDER BY version DESC
LIMIT 1;