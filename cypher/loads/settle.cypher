// Note that all that follows from what was loaded is worked out
// name: loads/settle
// mode: write
MATCH (r:LoadRun)
WHERE r.settledAt IS NULL
SET
  r.settledAt = datetime(),
  r.fingerprint = null,
  r.batches = null,
  r.figures = null;