// Do the referred refer more? Who invited within a number of days from joining, referred against not
// name: programme/propensity
// mode: read
// note: Counts only those whose whole window lies before `until`, so that all had the same time.
// note: from and to are times such as '2024-07-01T00:00:00Z' between which they joined; null: no bound.
// :param days => 180
// :param until => '2026-01-01T00:00:00Z'
// :param from => null
// :param to => null
WITH datetime($from) AS joinedFrom, datetime($to) AS joinedBefore
MATCH (c:Customer)
WHERE
  c.joinedAt + duration({days: $days}) <= datetime($until) AND
  (joinedFrom IS NULL OR c.joinedAt >= joinedFrom) AND
  (joinedBefore IS NULL OR c.joinedAt < joinedBefore)
WITH
  EXISTS { (:Customer)-[:REFERRED]->(c) } AS referred,
  EXISTS {
    MATCH (c)-[:SENT]->(i:Invitation)
    WHERE i.sentAt <= c.joinedAt + duration({days: $days})
  } OR
  EXISTS {
    MATCH (c)-[r:REFERRED]->()
    WHERE r.at <= c.joinedAt + duration({days: $days})
  } AS invited
RETURN
  referred,
  count(*) AS customers,
  sum(
    CASE
      WHEN invited THEN 1
      ELSE 0
    END) AS inviters
ORDER BY referred;