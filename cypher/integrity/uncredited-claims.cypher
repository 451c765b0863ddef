// Claims without credit for one reason, one by one
// name: integrity/uncredited-claims
// mode: read
// :param reason => 'self_referral'
// :param limit => 100
MATCH (claim:Claim {reason: $reason})
RETURN
  claim.claimId AS claimId,
  claim.referrerKind AS referrerKind,
  claim.referrerId AS referrerId,
  claim.refereeId AS refereeId,
  claim.at AS at,
  claim.campaign AS campaign
ORDER BY claimId
LIMIT $limit;