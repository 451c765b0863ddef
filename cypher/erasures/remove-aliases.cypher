// Forget every other id of a person
// name: erasures/remove-aliases
// mode: write
// :param ids => ['c-0000001', 'stripe:cus_9']
MATCH (a:Alias)
WHERE a.aliasId IN $ids OR a.aliasOf IN $ids
DETACH DELETE a;