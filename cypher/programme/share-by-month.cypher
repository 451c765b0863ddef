// New customers by month: how many were brought by customers, by affiliates, or came by themselves
// name: programme/share-by-month
// mode: read
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
  substring(toString(c.joinedAt), 0, 7) AS month,
  EXISTS { (:Customer)-[:REFERRED]->(c) } AS referred,
  EXISTS { (:Affiliate)-[:REFERRED]->(c) } AS affiliated
RETURN
  month,
  count(*) AS customers,
  sum(
    CASE
      WHEN referred THEN 1
      ELSE 0
    END) AS byCustomers,
  sum(
    CASE
      WHEN affiliated AND NOT referred THEN 1
      ELSE 0
    END) AS byAffiliates
ORDER BY month;