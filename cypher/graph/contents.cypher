// What the graph holds: nodes by label
// name: graph/contents
// mode: read
MATCH (n)
RETURN labels(n)[0] AS label, count(*) AS nodes
ORDER BY nodes DESC, label;