// The current analysis: the latest one that is finished
// name: scores/current
// mode: read
MATCH (a:Analysis)
WHERE a.finishedAt IS NOT NULL
RETURN
  a.version AS version,
  a.settings AS settings,
  a.currency AS currency,
  a.finishedAt AS finishedAt
ORDER BY version DESC
LIMIT 1;