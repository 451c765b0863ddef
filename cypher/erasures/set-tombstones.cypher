// Digests by which later rows of a forgotten person are recognised
// name: erasures/set-tombstones
// mode: write
// :param rows => [['9f2c4e', 'customer', 'erased:5d71aa', 'a1b2c3']]
UNWIND $rows AS r
MERGE (t:Tombstone {tombstoneId: r[0]})
SET t.kind = r[1], t.of = r[2], t.keyCheck = r[3];