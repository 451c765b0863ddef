// Rows of some tables that are deleted at their source, and are not to be taken
// name: removals/listed
// mode: read
// :param tables => ['orders']
MATCH (r:Removal)
WHERE r.table IN $tables
RETURN r.table AS table, r.rowId AS rowId;