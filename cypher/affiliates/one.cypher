// One affiliate: whom they brought, what those spent and gave back, what it cost, how many left, clicks
// name: affiliates/one
// mode: read
// note: Amounts by credit; sales are after refunds, net is sales less commission; a commission that was taken back costs nothing.
// :param affiliateId => 'a-001'
MATCH (a:Affiliate {affiliateId: $affiliateId})
CALL (a) {
  MATCH (a)-[r:REFERRED]->(c:Customer)
  RETURN
    count(c) AS customers,
    sum(r.credit * coalesce(c.revenue, 0.0)) AS sales,
    avg(c.cltv) AS meanCltv,
    count(c.churnedAt) AS churned
}
CALL (a) {
  MATCH (a)-[r:REFERRED]->(:Customer)-[:PLACED]->(o:Order)
  RETURN sum(r.credit * coalesce(o.refunded, 0.0)) AS refunds
}
CALL (a) {
  MATCH (a)-[:EARNED]->(k:Commission)
  WITH
    k.amount AS amount,
    toLower(coalesce(k.status, '')) IN [
      'revoked',
      'voided',
      'rejected',
      'cancelled',
      'canceled',
      'refunded',
      'reversed'
    ] AS back
  RETURN
    sum(
      CASE
        WHEN back THEN 0.0
        ELSE amount
      END) AS commission,
    sum(
      CASE
        WHEN back THEN amount
        ELSE 0.0
      END) AS voided
}
CALL (a) {
  MATCH (v:Visits {affiliateId: a.affiliateId})
  RETURN sum(v.clicks) AS clicks
}
CALL (a) {
  MATCH (a)<-[:CHILD_OF]-(below:Affiliate)
  RETURN count(below) AS affiliatesBelow
}
RETURN
  a.affiliateId AS affiliateId,
  a.name AS name,
  customers,
  sales,
  refunds,
  commission,
  voided,
  sales - commission AS net,
  CASE
    WHEN commission > 0 THEN sales / commission
  END AS roas,
  CASE
    WHEN clicks > 0 THEN commission / clicks
  END AS epc,
  meanCltv,
  churned,
  affiliatesBelow;