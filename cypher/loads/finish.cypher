// Note that a table's load has ended
// name: loads/finish
// mode: write
// :param runId => 'r-1'
// :param read => 100
// :param loaded => 99
// :param rejected => 1
MATCH (r:LoadRun {runId: $runId})
SET
  r.finishedAt = datetime(),
  r.rowsRead = $read,
  r.rowsLoaded = $loaded,
  r.rowsRejected = $rejected;