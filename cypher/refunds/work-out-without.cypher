// What was given back of orders once some of their refunds have left them
// name: refunds/work-out-without
// mode: write
// note: Before they leave, in the same transaction; see refunds/work-out. A row is a refund and the order that
//   it is of from now on; without one it leaves if no source has it any more.
// :param rows => [['refund-1', 'o-0000001']]
// :param minor => 100.0
UNWIND $rows AS r
MATCH (f:Refund {refundId: r[0]})-[:REFUNDS]->(o:Order)
WHERE f.orderId <> r[1] OR (r[1] IS NULL AND size(f.sources) = 0)
WITH o, collect(f.refundId) AS leaving
OPTIONAL MATCH (o)<-[:REFUNDS]-(f:Refund)
WHERE NOT f.refundId IN leaving
WITH o, count(f) AS refunds, sum(coalesce(f.amount, o.amount)) AS sum
WITH o, refunds, coalesce(o.refundedLoaded, 0.0) + sum AS back
SET
  o.refunded =
    CASE
      WHEN refunds = 0 THEN o.refundedLoaded
      WHEN back > o.amount THEN o.amount
      ELSE round(back * $minor) / $minor
    END
RETURN o.customerId AS buyer;