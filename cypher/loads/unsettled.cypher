// Loads whose upkeep was not finished, and how far they came: the latest load last, its files in their order
// name: loads/unsettled
// mode: read
// note: figures is true of what the import tool brought with the customers' figures, and nothing has changed since.
MATCH (r:LoadRun)
WHERE r.settledAt IS NULL
RETURN
  r.loadId AS loadId,
  r.runId AS runId,
  r.fingerprint AS fingerprint,
  r.batches AS batches,
  r.figures AS figures
ORDER BY r.startedAt, r.place;