// Referral share of new customers before and after a date
// name: programme/share-before-after
// mode: read
// :param date => '2025-01-01T00:00:00Z'
MATCH (c:Customer)
WHERE c.joinedAt IS NOT NULL
WITH
  CASE
    WHEN c.joinedAt < datetime($date) THEN 'before'
    ELSE 'after'
  END AS period,
  EXISTS { (:Customer)-[:REFERRED]->(c) } AS referred
RETURN
  period,
  count(*) AS customers,
  sum(
    CASE
      WHEN referred THEN 1
      ELSE 0
    END) AS referred
ORDER BY period DESC;