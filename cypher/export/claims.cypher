// Every claim as it was loaded, and what was decided on it
// name: export/claims
// mode: read
// note: at is in milliseconds, written to the last digit, as the engine writes times.
MATCH (k:Claim)
RETURN
  k.claimId AS claimId,
  k.referrerKind AS referrerKind,
  k.referrerId AS referrerId,
  k.refereeId AS refereeId,
  k.at.epochMillis AS at,
  toString(k.at) AS written,
  k.campaign AS campaign,
  k.tie AS tie,
  k.status AS status,
  k.reason AS reason;