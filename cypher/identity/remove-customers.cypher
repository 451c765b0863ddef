// Customers whose id is joined to another, with all that still hangs on them
// name: identity/remove-customers
// mode: write
// note: What was loaded under the id is kept in its :Alias before.
// :param rows => [['stripe:cus_9']]
UNWIND $rows AS r
MATCH (c:Customer {customerId: r[0]})
DETACH DELETE c;