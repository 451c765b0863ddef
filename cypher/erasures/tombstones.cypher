// By what rows of forgotten people are recognised: a keyed digest of each of their ids
// name: erasures/tombstones
// mode: read
MATCH (t:Tombstone)
RETURN t.tombstoneId AS id, t.of AS of, t.keyCheck AS keyCheck;