// Every id of the customers who have several
// name: export/known-ids
// mode: read
MATCH (a:Alias)<-[:KNOWN_AS]-(c:Customer)
RETURN a.aliasId AS aliasId, c.customerId AS customerId;