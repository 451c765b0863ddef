// The customers of one affiliate: what each spent, what they cost, whether they left, whom they brought, the best first
// name: affiliates/customers
// mode: read
// :param affiliateId => 'a-001'
// :param limit => 100
MATCH (a:Affiliate {affiliateId: $affiliateId})-[r:REFERRED]->(c:Customer)
CALL (a, c) {
  MATCH (c)-[:PLACED]->(o:Order)<-[:FOR]-(k:Commission)<-[:EARNED]-(a)
  WHERE
    NOT toLower(coalesce(k.status, '')) IN [
      'revoked',
      'voided',
      'rejected',
      'cancelled',
      'canceled',
      'refunded',
      'reversed'
    ]
  RETURN sum(k.amount) AS commission
}
RETURN
  c.customerId AS customerId,
  c.name AS name,
  c.joinedAt AS joinedAt,
  c.churnedAt AS churnedAt,
  r.credit AS credit,
  c.revenue AS sales,
  commission,
  c.cltv AS cltv,
  COUNT { (c)-[:REFERRED]->(:Customer) } AS brought
ORDER BY sales DESC, customerId
LIMIT $limit;