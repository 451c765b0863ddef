// Some deleted rows of a table that have not been looked for in the graph yet
// name: removals/due
// mode: read
// :param table => 'orders'
// :param limit => 1000
MATCH (r:Removal {due: true})
WHERE r.table = $table
RETURN r.removalId AS removalId, r.rowId AS rowId
LIMIT $limit;
