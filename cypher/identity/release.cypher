// Ids that are no longer those of the customer who has them
// name: identity/release
// mode: write
// :param rows => [['stripe:cus_9']]
UNWIND $rows AS r
MATCH (a:Alias {aliasId: r[0]})<-[k:KNOWN_AS]-()
DELETE k;