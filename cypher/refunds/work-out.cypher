// What was given back of orders: of what their own rows say and of their refunds, at most their amount
// name: refunds/work-out
// mode: write
// note: In the transaction that changes an order or a refund, so that refunded, which all queries read, always holds. refundedLoaded
//   is what an order's own row says; a refund without an amount is of all of the order. In units of 1 / minor.
// :param ids => ['o-0000001']
// :param minor => 100.0
UNWIND $ids AS id
MATCH (o:Order {orderId: id})
WHERE EXISTS { (o)<-[:REFUNDS]-(:Refund) }
WITH DISTINCT o
MATCH (o)<-[:REFUNDS]-(f:Refund)
WITH o, sum(coalesce(f.amount, o.amount)) AS sum
WITH o, coalesce(o.refundedLoaded, 0.0) + sum AS back
SET
  o.refunded =
    CASE
      WHEN back > o.amount THEN o.amount
      ELSE round(back * $minor) / $minor
    END
RETURN o.customerId AS buyer;