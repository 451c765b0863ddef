// Write down what was decided on claims: credited, or uncredited and why
// name: credit/decide
// mode: write
// :param rows => [{claimId: 'k-1', status: 'uncredited', reason: 'self_referral'}]
UNWIND $rows AS row
MATCH (claim:Claim {claimId: row.claimId})
SET claim.status = row.status, claim.reason = row.reason;