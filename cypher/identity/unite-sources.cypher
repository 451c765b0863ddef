// Whose rows a customer is made of: the sources of all their ids
// name: identity/unite-sources
// mode: write
// :param rows => [['stripe:cus_9', 'c-0000001', 1]]
UNWIND $rows AS r
MATCH (c:Customer {customerId: r[1]})
MATCH (a:Alias {aliasId: r[0]})
UNWIND a.sources AS source
WITH DISTINCT c, source
ORDER BY source
WITH c, collect(source) AS sources
SET c.sources = sources;