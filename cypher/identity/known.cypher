// Which of some ids are another id of a customer
// name: identity/known
// mode: read
// :param ids => ['stripe:cus_1', 'stripe:cus_9']
UNWIND $ids AS id
MATCH (a:Alias {aliasId: id})<-[:KNOWN_AS]-()
RETURN a.aliasId AS id;