// The segments that are kept, with the line that gives their customers in Neo4j Browser
// name: segments/kept
// mode: read
// note: Run `browser`, then the file of cypher/ that `query` names.
MATCH (s:Segment)
RETURN
  s.segmentId AS segmentId,
  s.rule AS rule,
  s.keptAt AS keptAt,
  s.query AS query,
  s.parameters AS parameters,
  s.browser AS browser
ORDER BY segmentId;