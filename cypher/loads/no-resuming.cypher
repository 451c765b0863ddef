// From now on no load goes on where it broke off: all of it is sent again
// name: loads/no-resuming
// mode: write
// note: For whatever changes the graph besides loading. What is still to be worked out stays noted.
MATCH (r:LoadRun)
WHERE r.settledAt IS NULL
SET r.fingerprint = null, r.batches = null, r.figures = null;