// Note how many batches of a file are in the graph, with the last of them
// name: loads/advance
// mode: write
// :param runId => 'r-1'
// :param batches => 1
MATCH (r:LoadRun {runId: $runId})
SET r.batches = $batches, r.settledAt = null;