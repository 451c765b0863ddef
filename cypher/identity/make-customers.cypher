// Customers for ids that come to stand by themselves, or under which others are joined
// name: identity/make-customers
// mode: write
// :param rows => [['c-0000001']]
UNWIND $rows AS r
MERGE (:Customer {customerId: r[0]});