// Those of some tokens that nobody has any more
// name: erasures/remove-lone-tokens
// mode: write
// :param rows => [['ip:9f2c']]
UNWIND $rows AS r
MATCH (t:Token {tokenId: r[0]})
WHERE NOT EXISTS { (t)<-[:SHARES]-() }
DELETE t;