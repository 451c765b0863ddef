// Deleted rows that are no longer in the graph
// name: removals/done
// mode: write
// :param rows => [['5d71aa0c9e4b2f13']]
UNWIND $rows AS r
MATCH (n:Removal {removalId: r[0]})
SET n.due = null;