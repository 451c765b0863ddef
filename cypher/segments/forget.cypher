// Keep segments no longer
// name: segments/forget
// mode: write
// :param ids => ['diet:vegan']
MATCH (s:Segment)
WHERE s.segmentId IN $ids
DETACH DELETE s
RETURN count(*) AS forgotten;