// Customers who share a device, a payout account or an address
// name: integrity/shared-tokens
// mode: read
// :param limit => 100
MATCH (c:Customer)-[s:SHARES]->(t:Token)
WITH DISTINCT t, s.kind AS kind, c
ORDER BY c.customerId
WITH t, kind, collect(c.customerId) AS customers
WHERE size(customers) > 1
RETURN kind, customers, size(customers) AS size
ORDER BY size DESC, kind, customers[0]
LIMIT $limit;