// New customers by day, and how many of them were brought by customers
// name: programme/share-by-day
// mode: read
// note: Days are UTC's. What a test before and after a date is made from: it compares equal days of the week.
// note: from and to are times such as '2024-07-01T00:00:00Z', the second outside the period; null: no bound.
// :param from => null
// :param to => null
WITH datetime($from) AS since, datetime($to) AS until
MATCH (c:Customer)
WHERE
  c.joinedAt IS NOT NULL AND
  (since IS NULL OR c.joinedAt >= since) AND
  (until IS NULL OR c.joinedAt < until)
WITH
  substring(toString(c.joinedAt), 0, 10) AS day,
  EXISTS { (:Customer)-[:REFERRED]->(c) } AS referred
RETURN day, count(*) AS of, sum(
    CASE
      WHEN referred THEN 1
      ELSE 0
    END) AS count
ORDER BY day;