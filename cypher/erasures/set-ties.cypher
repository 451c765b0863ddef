// The order that claims of one moment had, kept where their ids change
// name: erasures/set-ties
// mode: write
// :param rows => [['k-0000001', 0]]
UNWIND $rows AS r
MATCH (k:Claim {claimId: r[0]})
SET k.tie = r[1];