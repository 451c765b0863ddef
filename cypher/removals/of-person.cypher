// What is held of a person's ids only to know that their rows are deleted
// name: removals/of-person
// mode: read
// note: every deleted row that is known is looked at.
// :param customers => ['c-0000001']
// :param affiliates => ['a-0001']
MATCH (r:Removal)
WHERE
  (r.table IN ['customers', 'aliases'] AND r.rowId IN $customers) OR
  (r.table = 'affiliates' AND r.rowId IN $affiliates)
RETURN r.removalId AS key, properties(r) AS held
ORDER BY key;