// Conserved credit of everyone: each customer's revenue split over the chain that brought them, adding up to all revenue
// name: influence/conserved
// mode: read
// note: Where a customer has no referrer, their revenue stays with them. Before rounding; `refnet analyze` rounds to the
//   minor unit by largest remainder. For one credited referrer a customer, chains to 25.
// :param decay => 0.5
// allowed: decay is above 0 to 1
MATCH (c:Customer)
WHERE coalesce(c.revenue, 0.0) <> 0.0
OPTIONAL MATCH path = (c)<-[:REFERRED*1..25]-(top)
WHERE NOT EXISTS { ()-[:REFERRED]->(top) }
WITH c,
  CASE
    WHEN path IS NULL THEN [c]
    ELSE nodes(path)[1..]
  END AS chain
UNWIND range(0, size(chain) - 1) AS place
WITH
  chain[place] AS holder,
  c.revenue *
  $decay ^ place /
  reduce(
    total = 0.0, i IN range(0, size(chain) - 1) | total + $decay ^ i) AS share
RETURN
  CASE
    WHEN 'Affiliate' IN labels(holder) THEN holder.affiliateId
    ELSE holder.customerId
  END AS id,
  sum(share) AS conservedCredit
ORDER BY conservedCredit DESC, id;