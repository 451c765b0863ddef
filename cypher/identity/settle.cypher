// Ids whose rows are now in the person's properties
// name: identity/settle
// mode: write
// note: That an id is another name of itself says nothing, and is not kept.
// :param rows => [['stripe:cus_9']]
UNWIND $rows AS r
MATCH (a:Alias {aliasId: r[0]})
SET
  a.rowChanged = null,
  a.aliasSources =
    CASE
      WHEN a.aliasOf <> a.aliasId THEN a.aliasSources
    END,
  a.aliasOf =
    CASE
      WHEN a.aliasOf <> a.aliasId THEN a.aliasOf
    END;