// Did the demo load this graph, and to the end?
// name: demo/marker
// mode: read
MATCH (d:Demo)
RETURN d.customers AS customers, d.complete AS complete;