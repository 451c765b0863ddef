// Work out the revenue, orders, CLTV and joining dates of the customers given, from their orders
// name: upkeep/customers
// mode: write
// note: Where a customer has orders they are the revenue; else it is the loaded column. minor is how many minor
// units make one of the reporting currency: 100 for EUR, 1 for JPY.
// :param ids => ['c-0001']
// :param minor => 100
UNWIND $ids AS id
MATCH (c:Customer {customerId: id})
OPTIONAL MATCH (c)-[:PLACED]->(o:Order)
WITH
  c,
  count(o) AS orders,
  sum(o.amount - coalesce(o.refunded, 0)) AS paid,
  min(o.placedAt) AS first,
  max(o.placedAt) AS last,
  CASE
    WHEN count(o.margin) > 0 THEN round(sum(o.margin) * $minor) / $minor
  END AS orderMargin
WITH
  c,
  orders,
  first,
  last,
  orderMargin,
  CASE
    WHEN orders > 0 THEN round(paid * $minor) / $minor
    ELSE c.revenueLoaded
  END AS revenue
SET
  c +=
    {
      orders: orders,
      firstOrderAt: first,
      lastOrderAt: last,
      joinedAt: coalesce(c.joinedAtLoaded, first),
      revenue: revenue,
      orderMargin: orderMargin,
      margin: coalesce(orderMargin, c.marginLoaded),
      cltv: coalesce(c.cltvLoaded, c.cltvPredicted, revenue),
      cltvSource:
        CASE
          WHEN c.cltvLoaded IS NOT NULL THEN 'loaded'
          WHEN c.cltvPredicted IS NOT NULL THEN 'predicted'
          WHEN revenue IS NOT NULL THEN 'historic'
        END
    };