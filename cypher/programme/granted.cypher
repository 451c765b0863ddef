// Every reward: for which claim, to whom, when, and whether it was taken back; times in days since 1970
// name: programme/granted
// mode: read
MATCH (r:Reward)
RETURN
  r.customerId AS customerId,
  r.claimId AS claimId,
  r.grantedAt.epochMillis / 86400000.0 AS granted,
  r.amount AS amount,
  r.status AS status;