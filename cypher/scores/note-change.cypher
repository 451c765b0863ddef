// Note that the scores are of a graph that was changed since, without a load
// name: scores/note-change
// mode: write
MATCH (a:Analysis)
WHERE a.finishedAt IS NOT NULL
SET a.changes = coalesce(a.changes, 0) + 1;