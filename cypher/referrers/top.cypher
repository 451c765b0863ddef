// The customers who brought the most customers themselves
// name: referrers/top
// mode: read
// :param limit => 20
MATCH (c:Customer)-[r:REFERRED]->(friend:Customer)
WITH
  c,
  count(r) AS referrals,
  sum(r.credit * coalesce(friend.revenue, 0.0)) AS revenue
RETURN
  c.customerId AS customerId,
  c.name AS name,
  referrals,
  round(revenue, 2) AS revenue,
  c.revenue AS ownRevenue,
  c.cltv AS cltv
ORDER BY referrals DESC, revenue DESC, customerId
LIMIT $limit;