// Which of some ids have a row of aliases
// name: removing/alias-rows-there
// mode: read
// :param ids => ['stripe:cus_9']
UNWIND $ids AS id
MATCH (a:Alias {aliasId: id})
WHERE a.aliasOf IS NOT NULL
RETURN a.aliasId AS id;