// The customer at the root of a tree
// name: tree/root
// mode: read
// :param rootId => 'c-0000001'
MATCH (person:Customer {customerId: $rootId})
RETURN
  person.customerId AS customerId,
  person.name AS name,
  person.revenue AS revenue,
  person.influence AS influence,
  person.downline AS downline,
  COUNT { (person)-[:REFERRED]->() } AS children,
  person.scoreVersion AS scoreVersion;