// Who brought whom below one customer: one row an edge, for pandas and networkx
// name: tree/edges
// mode: read
// note: Walks every path: quick where customers have one credited referrer (policies first, last). Where credit is shared they
//   multiply from generation to generation: there tree/level goes level by level.
// :param rootId => 'c-0000001'
// :param hops => 6
MATCH path = (:Customer {customerId: $rootId})-[:REFERRED*0..24]->(referrer)
WHERE length(path) < $hops
WITH DISTINCT referrer
MATCH (referrer)-[r:REFERRED]->(referee:Customer)
RETURN
  referrer.customerId AS referrer,
  referee.customerId AS referee,
  r.credit AS credit,
  r.at AS at,
  referee.revenue AS revenue
ORDER BY referrer, referee;