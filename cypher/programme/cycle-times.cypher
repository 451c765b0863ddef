// Days from joining to the first invitation that became a customer, and how many wait for it still
// name: programme/cycle-times
// mode: read
// note: A life table: of the customers seen for so many whole days, converted had theirs then, waiting had none until then.
// :param until => '2026-01-01T00:00:00Z'
MATCH (c:Customer)
WHERE c.joinedAt <= datetime($until)
CALL (c) {
  MATCH (c)-[:SENT]->(i:Invitation)
  WHERE
    coalesce(i.status, '') <> 'rejected' AND
    (coalesce(i.status, '') = 'converted' OR EXISTS { (i)-[:BECAME]->() })
  RETURN min(i.sentAt) AS first
}
WITH
  first IS NOT NULL AS seen,
  duration.inDays(c.joinedAt, coalesce(first, datetime($until))).days AS days
RETURN
  CASE
    WHEN days < 0 THEN 0
    ELSE days
  END AS days,
  sum(
    CASE
      WHEN seen THEN 1
      ELSE 0
    END) AS converted,
  sum(
    CASE
      WHEN seen THEN 0
      ELSE 1
    END) AS waiting
ORDER BY days;