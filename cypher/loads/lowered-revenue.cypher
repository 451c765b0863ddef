// Customers whose orders say less than the revenue that was loaded for them as a column
// name: loads/lowered-revenue
// mode: read
MATCH (c:Customer)
WHERE c.orders > 0 AND c.revenue < c.revenueLoaded
RETURN
  count(*) AS customers,
  sum(c.revenue) AS byOrders,
  sum(c.revenueLoaded) AS byColumn;