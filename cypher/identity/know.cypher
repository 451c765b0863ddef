// An id, the customer it is of, why, and its place among that customer's ids
// name: identity/know
// mode: write
// :param rows => [['stripe:cus_9', 'c-0000001', 'email', 1]]
UNWIND $rows AS r
MATCH (c:Customer {customerId: r[1]})
MATCH (a:Alias {aliasId: r[0]})
MERGE (c)-[k:KNOWN_AS]->(a)
SET k.reason = r[2], k.place = r[3];