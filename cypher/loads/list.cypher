// What was loaded, the latest first
// name: loads/list
// mode: read
// :param limit => 20
MATCH (l:LoadRun)
RETURN
  l.startedAt AS startedAt,
  l.finishedAt AS finishedAt,
  l.table AS table,
  l.source AS source,
  l.rowsRead AS rowsRead,
  l.rowsLoaded AS rowsLoaded,
  l.rowsRejected AS rowsRejected
ORDER BY startedAt DESC, table
LIMIT $limit;