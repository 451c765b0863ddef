// Rows of customers that a source has, kept under an id of those who have several
// name: removing/kept-rows
// mode: read
// :param source => 'canonical'
MATCH (a:Alias)
WHERE a.hasRow AND $source IN a.sources
RETURN a.aliasId AS key, null AS holder, a.sources AS sources;