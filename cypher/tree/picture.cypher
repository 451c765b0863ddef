// The tree below one customer, as a picture: who brought whom
// name: tree/picture
// mode: read
// note: Made for the graph view of Neo4j Browser; the paths are the answer.
// :param rootId => 'c-0000001'
// :param hops => 6
// :param limit => 300
MATCH path = (:Customer {customerId: $rootId})-[:REFERRED*1..25]->(:Customer)
WHERE length(path) <= $hops
RETURN path
ORDER BY length(path)
LIMIT $limit;