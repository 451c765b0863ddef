// Rows of aliases that are deleted, whichever sources have them
// name: removing/take-whole-alias-rows
// mode: write
// :param rows => [['stripe:cus_9']]
UNWIND $rows AS r
MATCH (a:Alias {aliasId: r[0]})
SET a.aliasSources = [];