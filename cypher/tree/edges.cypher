// Who brought whom below one customer: one row an edge, for pandas and networkx
// name: tree/edges
// mode: read
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