// Cycles among claims: rings of customers who claim to have brought one another
// name: integrity/cycles
// mode: read
// note: Each claim that was left uncredited because it would close a cycle, with the credited way round. Rings to 25.
// :param limit => 100
MATCH
  (last:Customer)-[:MADE]->
  (claim:Claim {reason: 'would_close_cycle'})-[:NAMES]->
  (first:Customer)
MATCH path = SHORTESTPATH ((first)-[:REFERRED*1..25]->(last))
RETURN
  claim.claimId AS claimId,
  [n IN nodes(path) | n.customerId] AS ring,
  length(path) + 1 AS size
ORDER BY size DESC, claimId
LIMIT $limit;