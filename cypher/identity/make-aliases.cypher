// Nodes for ids that a person has besides others
// name: identity/make-aliases
// mode: write
// :param rows => [['stripe:cus_9']]
UNWIND $rows AS r
MERGE (:Alias {aliasId: r[0]});