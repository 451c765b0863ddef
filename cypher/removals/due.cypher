// Deleted rows that have not been looked for in the graph yet
// name: removals/due
// mode: read
// note: every deleted row that is known is looked at: an index of what is true or absent is slow to be emptied.
MATCH (r:Removal)
WHERE r.due
RETURN r.removalId AS removalId, r.table AS table, r.rowId AS rowId;