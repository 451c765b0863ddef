// How many orders are the same sale told again
// name: duplicates/count
// mode: read
MATCH (o:Order {duplicate: true})
RETURN count(o) AS orders;