// When people were forgotten, by whom and why, the latest first; not who they were
// name: erasures/list
// mode: read
// :param limit => 100
MATCH (e:Erasure)
RETURN
  e.erasureId AS erasureId,
  e.at AS at,
  e.by AS by,
  e.why AS why,
  e.counts AS counts
ORDER BY at DESC, erasureId
LIMIT $limit;