// Which of some ids have a row of customers that is kept beside others of the same customer
// name: removing/kept-rows-there
// mode: read
// :param ids => ['stripe:cus_9']
UNWIND $ids AS id
MATCH (a:Alias {aliasId: id})
WHERE a.hasRow
RETURN a.aliasId AS id;