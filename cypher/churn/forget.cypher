// Take away how likely customers are to leave
// name: churn/forget
// mode: write
// :param ids => ['c-0000001']
UNWIND $ids AS id
MATCH (c:Customer {customerId: id})
REMOVE c.churnProbability, c.churnVersion, c.churnAt;