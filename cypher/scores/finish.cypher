// Close an analysis: from now on it is the current one
// name: scores/finish
// mode: write
// :param version => 1
// :param currency => 'EUR'
// :param customers => 20000
MATCH (a:Analysis {version: $version})
SET
  a.finishedAt = datetime.realtime(),
  a.currency = $currency,
  a.customers = $customers;