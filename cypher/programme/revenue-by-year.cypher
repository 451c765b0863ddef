// What each customer spent in two years one after the other, and how many orders they had placed before
// name: programme/revenue-by-year
// mode: read
// note: from, middle and to are times: the two years are from to middle, and middle to to.
// :param from => '2024-01-01T00:00:00Z'
// :param middle => '2025-01-01T00:00:00Z'
// :param to => '2026-01-01T00:00:00Z'
WITH
  datetime($from) AS since,
  datetime($middle) AS middle,
  datetime($to) AS until
MATCH (c:Customer)-[:PLACED]->(o:Order)
WHERE o.placedAt < until
WITH
  c.customerId AS customerId,
  sum(
    CASE
      WHEN o.placedAt < since THEN 1
      ELSE 0
    END) AS earlier,
  sum(
    CASE
      WHEN
        o.placedAt >= since AND o.placedAt < middle
        THEN o.amount - coalesce(o.refunded, 0.0)
      ELSE 0.0
    END) AS before,
  sum(
    CASE
      WHEN o.placedAt >= middle THEN o.amount - coalesce(o.refunded, 0.0)
      ELSE 0.0
    END) AS now
RETURN customerId, earlier, before, now;