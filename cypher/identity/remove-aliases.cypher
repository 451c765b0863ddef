// Ids that nobody is known by any more
// name: identity/remove-aliases
// mode: write
// :param rows => [['stripe:cus_9']]
UNWIND $rows AS r
MATCH (a:Alias {aliasId: r[0]})
DETACH DELETE a;