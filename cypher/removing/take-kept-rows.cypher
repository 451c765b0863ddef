// Kept rows of customers that a source no longer has
// name: removing/take-kept-rows
// mode: write
// :param rows => [['stripe:cus_9']]
// :param source => 'canonical'
UNWIND $rows AS r
MATCH (a:Alias {aliasId: r[0]})
WHERE $source IN a.sources
SET a.sources = [s IN a.sources WHERE s <> $source], a.rowChanged = true;