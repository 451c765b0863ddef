// Affiliates: whom they brought, what those spent, what it cost, how many left
// name: affiliates/scorecard
// mode: read
// note: net is sales less commission; sales are after refunds, by credit. A commission that was taken back costs nothing.
OPTIONAL MATCH (done:Analysis)
WHERE done.finishedAt IS NOT NULL
WITH coalesce(max(done.version), 0) AS current
MATCH (a:Affiliate)
CALL (a, current) {
  MATCH (a)-[r:REFERRED]->(c:Customer)
  RETURN
    count(c) AS customers,
    sum(r.credit * coalesce(c.revenue, 0.0)) AS sales,
    avg(c.cltv) AS meanCltv,
    sum(
      CASE
        WHEN c.churnedAt IS NOT NULL THEN 1
        ELSE 0
      END) AS churned,
    sum(
      r.credit *
      coalesce(
        CASE
          WHEN c.scoreVersion > current THEN c.scoresBefore[2]
          ELSE c.ecrNetwork
        END,
        c.revenue,
        0.0
      )) AS networkSales
}
CALL (a) {
  MATCH (a)-[:EARNED]->(k:Commission)
  RETURN
    sum(
      CASE
        WHEN
          toLower(coalesce(k.status, '')) IN [
            'revoked',
            'voided',
            'rejected',
            'cancelled',
            'canceled',
            'refunded',
            'reversed'
          ]
          THEN 0.0
        ELSE k.amount
      END) AS commission
}
RETURN
  a.affiliateId AS affiliateId,
  a.name AS name,
  a.niche AS niche,
  customers,
  sales,
  commission,
  sales - commission AS net,
  CASE
    WHEN commission > 0 THEN sales / commission
  END AS roas,
  meanCltv,
  churned,
  networkSales
ORDER BY net DESC, affiliateId;