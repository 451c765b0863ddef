// Extended Customer Revenue of customers who brought somebody, on average, and that conserved credit sums to all revenue
// name: programme/extended-revenue
// mode: read
OPTIONAL MATCH (a:Analysis)
WHERE a.finishedAt IS NOT NULL
WITH coalesce(max(a.version), 0) AS current
MATCH (c:Customer)
WITH current, properties(c) AS c
WITH
  current,
  coalesce(c.revenue, 0.0) AS revenue,
  CASE
    WHEN
      c.scoreVersion > current
      THEN
        [
          c.scoresBefore[1],
          c.scoresBefore[2],
          c.scoresBefore[3],
          c.scoresBefore[4]
        ]
    ELSE [c.ecrDirect, c.ecrNetwork, c.conservedCredit, c.downline]
  END AS s
WITH
  sum(
    CASE
      WHEN s[3] > 0 THEN 1
      ELSE 0
    END) AS referrers,
  avg(
    CASE
      WHEN s[3] > 0 THEN revenue
    END) AS own,
  avg(
    CASE
      WHEN s[3] > 0 THEN s[0]
    END) AS ecrDirect,
  avg(
    CASE
      WHEN s[3] > 0 THEN s[1]
    END) AS ecrNetwork,
  avg(
    CASE
      WHEN s[3] > 0 THEN s[2]
    END) AS conservedCredit,
  sum(revenue) AS revenueTotal,
  sum(s[2]) AS conservedByCustomers,
  current
CALL (current) {
  MATCH (p:Affiliate)
  RETURN
    sum(
      CASE
        WHEN p.scoreVersion > current THEN p.scoresBefore[3]
        ELSE p.conservedCredit
      END) AS conservedByAffiliates
}
RETURN
  referrers,
  own,
  ecrDirect,
  ecrNetwork,
  conservedCredit,
  revenueTotal,
  conservedByCustomers + coalesce(conservedByAffiliates, 0.0) AS conservedTotal;