// Note that a table's load begins, or goes on after it broke off
// name: loads/begin
// mode: write
// note: fingerprint and batches say how far it has come; they go when its upkeep is done.
// :param runId => 'r-1'
// :param loadId => 'l-1'
// :param place => 0
// :param source => 'customers.csv'
// :param table => 'customers'
// :param currency => 'EUR'
// :param fingerprint => null
// :param batches => 0
MERGE (r:LoadRun {runId: $runId})
SET
  r.loadId = $loadId,
  r.place = $place,
  r.source = $source,
  r.table = $table,
  r.currency = $currency,
  r.fingerprint = $fingerprint,
  r.batches = $batches,
  r.startedAt = coalesce(r.startedAt, datetime()),
  r.settledAt = null;