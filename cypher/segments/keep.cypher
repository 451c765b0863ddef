// Keep segments: a node with the rule and the query that gives the customers
// name: segments/keep
// mode: write
// :param rows => [{segmentId: 'diet:vegan', rule: '{"diet": "vegan"}', query: 'segments/members', parameters: '{}', browser: ':params {}'}]
UNWIND $rows AS row
MERGE (s:Segment {segmentId: row.segmentId})
  ON CREATE SET s.keptAt = datetime()
SET
  s.rule = row.rule,
  s.query = row.query,
  s.parameters = row.parameters,
  s.browser = row.browser;