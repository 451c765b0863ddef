// Forget that customers share an address, a card or a device with others
// name: erasures/remove-shares
// mode: write
// :param rows => [['c-0000001']]
UNWIND $rows AS r
MATCH (:Customer {customerId: r[0]})-[e:SHARES]->(:Token)
DELETE e;