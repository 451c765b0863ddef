// The tree below one customer, as a picture: who brought whom
// name: tree/picture
// mode: read
// note: Made for the graph view of Neo4j Browser; the paths are the answer.
// note: Walks every path: quick where customers have one credited referrer (policies first, last). Where credit is shared they
//   multiply from generation to generation: there tree/level goes level by level.
// :param rootId => 'c-0000001'
// :param hops => 6
// :param limit => 300
MATCH path = (:Customer {customerId: $rootId})-[:REFERRED*1..25]->(:Customer)
WHERE length(path) <= $hops
RETURN path
ORDER BY length(path)
LIMIT $limit;