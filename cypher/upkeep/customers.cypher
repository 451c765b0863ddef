// Work out each customer's revenue, orders, CLTV and joining date from what was loaded
// name: upkeep/customers
// mode: write
// note: Runs in transactions of its own. Where a customer has orders they are the revenue; else it is the loaded
// column. minor is how many minor units make one of the reporting currency: 100 for EUR, 1 for JPY.
// :param minor => 100
MATCH (c:Customer)
CALL (c) {
  OPTIONAL MATCH (c)-[:PLACED]->(o:Order)
  WITH
    c,
    count(o) AS orders,
    sum(o.amount - coalesce(o.refunded, 0)) AS paid,
    min(o.placedAt) AS first,
    max(o.placedAt) AS last,
    count(o.margin) AS margins,
    sum(o.margin) AS margin
  WITH
    c,
    orders,
    first,
    last,
    CASE WHEN orders > 0 THEN round(paid * $minor) / $minor ELSE c.revenueLoaded END AS revenue,
    CASE WHEN margins > 0 THEN round(margin * $minor) / $minor ELSE c.marginLoaded END AS margin
  SET c += {
    orders: orders,
    firstOrderAt: first,
    lastOrderAt: last,
    joinedAt: coalesce(c.joinedAtLoaded, first),
    revenue: revenue,
    margin: margin,
    cltv: coalesce(c.cltvLoaded, revenue),
    cltvSource: CASE
      WHEN c.cltvLoaded IS NOT NULL THEN 'loaded'
      WHEN revenue IS NOT NULL THEN 'historic'
    END
  }
} IN TRANSACTIONS OF 2000 ROWS;
