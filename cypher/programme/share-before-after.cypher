// Referral share of new customers before and after a date
// name: programme/share-before-after
// mode: read
// note: from and to are times such as '2024-07-01T00:00:00Z', the second outside the period; null: no bound.
// :param from => null
// :param to => null
// :param date => '2025-01-01T00:00:00Z'
WITH datetime($from) AS since, datetime($to) AS until
MATCH (c:Customer)
WHERE
  c.joinedAt IS NOT NULL AND
  (since IS NULL OR c.joinedAt >= since) AND
  (until IS NULL OR c.joinedAt < until)
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