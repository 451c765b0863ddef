// Whose some orders are
// name: removing/buyers
// mode: read
// :param ids => ['o-0000001']
UNWIND $ids AS id
MATCH (o:Order {orderId: id})<-[:PLACED]-(c:Customer)
RETURN DISTINCT c.customerId AS customerId;