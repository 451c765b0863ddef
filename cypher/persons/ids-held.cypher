// Every other id of a customer, why it is theirs, and what was loaded under it
// name: persons/ids-held
// mode: read
// :param customerId => 'c-0000001'
MATCH (c:Customer {customerId: $customerId})-[k:KNOWN_AS]->(a:Alias)
RETURN a.aliasId AS id, k.reason AS reason, properties(a) AS held
ORDER BY k.place;