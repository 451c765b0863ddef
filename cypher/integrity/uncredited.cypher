// Claims without credit: how many, for which reason
// name: integrity/uncredited
// mode: read
MATCH (claim:Claim)
WHERE claim.status = 'uncredited'
RETURN claim.reason AS reason, count(*) AS claims
ORDER BY claims DESC, reason;