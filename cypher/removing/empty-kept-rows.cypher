// Kept rows of customers that no source has any more: nothing is left but the id
// name: removing/empty-kept-rows
// mode: write
// :param rows => [['stripe:cus_9']]
UNWIND $rows AS r
MATCH (a:Alias {aliasId: r[0]})
WHERE size(a.sources) = 0
SET
  a =
    {
      aliasId: r[0],
      aliasOf: a.aliasOf,
      aliasSources: a.aliasSources,
      rowChanged: true
    };