// Rows of aliases that a source no longer has
// name: removing/take-alias-rows
// mode: write
// :param rows => [['stripe:cus_9']]
// :param source => 'canonical'
UNWIND $rows AS r
MATCH (a:Alias {aliasId: r[0]})
WHERE $source IN a.aliasSources
SET a.aliasSources = [s IN a.aliasSources WHERE s <> $source];