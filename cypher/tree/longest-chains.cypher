// The longest chains of referrals: where the snowball rolled furthest
// name: tree/longest-chains
// mode: read
// note: Begins at those who brought somebody and were brought by nobody, found by their labels, and walks from each to the ends, 25
//   hops at most. Where customers have one credited referrer that is a path for each customer who brought nobody, whatever
//   the limit; where credit is shared (policies linear, time-decay), paths multiply from generation to generation.
// :param limit => 10
CALL () {
  MATCH (top:Affiliate)
  WHERE EXISTS { (top)-[:REFERRED]->() }
  RETURN top
    UNION ALL
  MATCH (top:Customer)
  WHERE
    EXISTS { (top)-[:REFERRED]->() } AND NOT EXISTS { ()-[:REFERRED]->(top) }
  RETURN top
}
MATCH path = (top)-[:REFERRED*1..25]->(last:Customer)
WHERE NOT EXISTS { (last)-[:REFERRED]->() }
WITH path, length(path) AS hops
ORDER BY hops DESC
LIMIT $limit
RETURN
  hops,
  [
    n IN nodes(path)
    | CASE
      WHEN 'Affiliate' IN labels(n) THEN n.affiliateId
      ELSE n.customerId
    END
  ] AS chain
ORDER BY hops DESC, chain[0], chain[-1];