// Rows of aliases that a source has
// name: removing/alias-rows
// mode: read
// :param source => 'canonical'
MATCH (a:Alias)
WHERE $source IN a.aliasSources
RETURN a.aliasId AS key, null AS holder, a.aliasSources AS sources;