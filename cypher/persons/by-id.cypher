// Whose id this is: a customer's own, another one of theirs, or of an affiliate whom they act as
// name: persons/by-id
// mode: read
// note: where an id is several things, the least place counts.
// :param id => 'c-0000001'
MATCH (c:Customer {customerId: $id})
RETURN 1 AS place, c.customerId AS customerId
  UNION ALL
MATCH (:Alias {aliasId: $id})<-[:KNOWN_AS]-(c:Customer)
RETURN 2 AS place, c.customerId AS customerId
  UNION ALL
MATCH (:Affiliate {affiliateId: $id})<-[:ACTS_AS]-(c:Customer)
RETURN 3 AS place, c.customerId AS customerId;