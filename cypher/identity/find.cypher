// The customer whom another id belongs to
// name: identity/find
// mode: read
// :param aliasId => 'stripe:cus_1'
MATCH (a:Alias {aliasId: $aliasId})<-[k:KNOWN_AS]-(c:Customer)
RETURN c.customerId AS customerId, k.reason AS reason;