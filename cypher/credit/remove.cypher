// Take back credits that no longer hold
// name: credit/remove
// mode: write
// :param rows => [{refereeId: 'c-0000002', claimId: 'k-1'}]
UNWIND $rows AS row
MATCH (:Customer {customerId: row.refereeId})<-[r:REFERRED]-()
WHERE r.claimId = row.claimId
DELETE r;