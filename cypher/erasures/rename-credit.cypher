// Credits of claims that get another id, before the claims have it
// name: erasures/rename-credit
// mode: write
// :param rows => [['k-0000001', 'erased:5d71aa']]
UNWIND $rows AS r
MATCH (k:Claim {claimId: r[0]})-[:NAMES]->(c:Customer)
MATCH (c)<-[e:REFERRED]-()
WHERE e.claimId = r[0]
SET e.claimId = r[1], e.campaign = null;