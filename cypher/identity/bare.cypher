// An id, what it is another id of and who says so: all that its node keeps
// name: identity/bare
// mode: write
// :param rows => [['old-1', 'c-0000001']]
UNWIND $rows AS r
MATCH (a:Alias {aliasId: r[0]})
SET a = {aliasId: r[0], aliasOf: r[1], aliasSources: a.aliasSources};