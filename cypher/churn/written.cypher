// Who has a written probability of leaving, the likeliest first
// name: churn/written
// mode: read
// note: `refnet churn --write` writes them; the probability is of leaving within a month.
MATCH (c:Customer)
WHERE c.churnProbability IS NOT NULL
RETURN
  c.customerId AS customerId,
  c.churnProbability AS probability,
  c.churnVersion AS version,
  c.churnAt AS at
ORDER BY probability DESC, customerId;