// Credit the claims of customers
// name: credit/give-customers
// mode: write
// :param rows => [{referrerId: 'x-1', refereeId: 'c-0000002', claimId: 'k-1', credit: 1.0}]
UNWIND $rows AS row
MATCH (claim:Claim {claimId: row.claimId})
MATCH (referee:Customer {customerId: row.refereeId})
MATCH (referrer:Customer {customerId: row.referrerId})
MERGE (referee)<-[r:REFERRED]-(referrer)
SET
  r.credit = row.credit,
  r.at = claim.at,
  r.campaign = claim.campaign,
  r.claimId = row.claimId;