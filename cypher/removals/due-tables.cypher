// Tables with deleted rows that have not been looked for in the graph yet
// name: removals/due-tables
// mode: read
MATCH (r:Removal {due: true})
RETURN DISTINCT r.table AS table;
