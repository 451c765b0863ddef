// Who placed the orders that some refunds are of
// name: removing/buyers-of-refunded
// mode: read
// :param ids => ['refund-1']
UNWIND $ids AS id
MATCH (:Refund {refundId: id})-[:REFUNDS]->(o:Order)<-[:PLACED]-(c:Customer)
RETURN DISTINCT c.customerId AS customerId;