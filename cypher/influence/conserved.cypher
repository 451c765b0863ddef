// Conserved credit of everyone: each customer's revenue split over the chains that brought them, adding up to all revenue
// name: influence/conserved
// mode: read
// note: Where a customer has no referrer, their revenue stays with them, and so does what credits below 1 leave over and what
//   chains of more than 25 would have. Before rounding; `refnet analyze` rounds to the minor unit by largest remainder.
// note: Walks every path upwards: as many as there are pairs of a customer and a referrer above where customers have one
//   credited referrer (policies first, last). Where credit is shared it is right as well, but paths multiply from generation
//   to generation: there it is for small networks, and `refnet analyze` for others.
// :param decay => 0.5
// allowed: decay is above 0 to 1
MATCH (c:Customer)
WHERE coalesce(c.revenue, 0.0) <> 0.0
CALL (c) {
  MATCH path = (c)<-[:REFERRED*1..25]-(top)
  WITH
    path,
    reduce(w = 1.0, r IN relationships(path) | w * r.credit) *
    (1.0 -
      reduce(
        given = 0.0,
        credit IN [(top)<-[r:REFERRED]-() | r.credit ] | given + credit)) AS weight
  WHERE weight > 0.000000001
  RETURN
    collect({holders: nodes(path)[1..], weight: weight}) AS chains,
    sum(weight) AS given
}
WITH
  c,
  CASE
    WHEN given < 0.999999999 THEN chains + [{holders: [c], weight: 1.0 - given}]
    ELSE chains
  END AS chains
UNWIND chains AS chain
UNWIND range(0, size(chain.holders) - 1) AS place
WITH
  chain.holders[place] AS holder,
  c.revenue *
  chain.weight *
  $decay ^ place /
  reduce(
    total = 0.0, i IN range(0, size(chain.holders) - 1) | total + $decay ^ i) AS share
RETURN
  CASE
    WHEN 'Affiliate' IN labels(holder) THEN holder.affiliateId
    ELSE holder.customerId
  END AS id,
  sum(share) AS conservedCredit
ORDER BY conservedCredit DESC, id;