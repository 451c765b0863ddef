// Revenue of a year and of the year before it: what stayed, what newcomers brought who were earned, and who were bought
// name: programme/earned-growth
// mode: read
// note: Earned: brought by a customer, or through no paid channel and by no affiliate. Returned: bought before the year before.
// note: from, middle and to are times: the two years are from to middle, and middle to to.
// :param from => '2024-01-01T00:00:00Z'
// :param middle => '2025-01-01T00:00:00Z'
// :param to => '2026-01-01T00:00:00Z'
// :param paid => ['paid_search', 'paid_social']
WITH
  datetime($from) AS since,
  datetime($middle) AS middle,
  datetime($to) AS until
MATCH (c:Customer)
CALL (c, since, middle, until) {
  MATCH (c)-[:PLACED]->(o:Order)
  WHERE o.placedAt < until
  RETURN
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
}
WITH
  before,
  now,
  CASE
    WHEN before > 0 THEN 'there'
    WHEN earlier > 0 THEN 'returned'
    WHEN EXISTS { (c)<-[:REFERRED]-(:Customer) } THEN 'earned'
    WHEN EXISTS { (c)<-[:REFERRED]-(:Affiliate) } THEN 'bought'
    WHEN c.channel IN $paid THEN 'bought'
    ELSE 'earned'
  END AS kind
RETURN
  sum(before) AS start,
  sum(
    CASE
      WHEN kind = 'there' THEN now
      ELSE 0.0
    END) AS kept,
  sum(
    CASE
      WHEN kind = 'there' AND now < before THEN now
      WHEN kind = 'there' THEN before
      ELSE 0.0
    END) AS keptAtMost,
  sum(
    CASE
      WHEN kind = 'earned' THEN now
      ELSE 0.0
    END) AS earned,
  sum(
    CASE
      WHEN kind = 'bought' THEN now
      ELSE 0.0
    END) AS bought,
  sum(
    CASE
      WHEN kind = 'returned' THEN now
      ELSE 0.0
    END) AS returned;