// The longest chains of referrals: where the snowball rolled furthest
// name: tree/longest-chains
// mode: read
// :param limit => 10
MATCH (top)
WHERE EXISTS { (top)-[:REFERRED]->() } AND NOT EXISTS { ()-[:REFERRED]->(top) }
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