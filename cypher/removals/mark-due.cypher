// Deleted rows that have to be looked for in the graph
// name: removals/mark-due
// mode: write
// :param rows => [['5d71aa0c9e4b2f13']]
UNWIND $rows AS r
MATCH (n:Removal {removalId: r[0]})
SET n.due = true;