// Which of some ids are customers'
// name: export/standing
// mode: read
// :param ids => ['c-0000001']
UNWIND $ids AS id
MATCH (c:Customer {customerId: id})
RETURN c.customerId AS customerId;