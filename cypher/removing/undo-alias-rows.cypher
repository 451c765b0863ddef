// Rows of aliases that no source has any more: an alias of itself says nothing
// name: removing/undo-alias-rows
// mode: write
// :param rows => [['stripe:cus_9']]
UNWIND $rows AS r
MATCH (a:Alias {aliasId: r[0]})
WHERE size(a.aliasSources) = 0
SET a.aliasOf = a.aliasId, a.aliasSources = null;