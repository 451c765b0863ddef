// Customers who are known by several ids: each further id, and whether an alias or an email joined it
// name: identity/joined
// mode: read
// :param limit => 100
MATCH (a:Alias)<-[k:KNOWN_AS]-(c:Customer)
WHERE k.reason <> 'own'
RETURN
  c.customerId AS customerId,
  c.name AS name,
  a.aliasId AS aliasId,
  k.reason AS reason,
  a.aliasOf AS aliasOf
ORDER BY customerId, k.place
LIMIT $limit;