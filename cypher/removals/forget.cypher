// Forget that some rows are deleted
// name: removals/forget
// mode: write
// :param rows => [['5d71aa0c9e4b2f13']]
UNWIND $rows AS r
MATCH (n:Removal {removalId: r[0]})
DELETE n;