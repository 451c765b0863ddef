// Refunds that have lost their order wait for it
// name: refunds/wait
// mode: write
// :param ids => ['refund-1']
UNWIND $ids AS id
MATCH (f:Refund {refundId: id})
WHERE NOT EXISTS { (f)-[:REFUNDS]->(:Order) }
SET f.unlinked = true;