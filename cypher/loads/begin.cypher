// Note that a table's load begins
// name: loads/begin
// mode: write
// :param runId => 'r-1'
// :param source => 'customers.csv'
// :param table => 'customers'
// :param currency => 'EUR'
CREATE
  (r:LoadRun
    {
      runId: $runId,
      source: $source,
      table: $table,
      startedAt: datetime(),
      currency: $currency
    });