// Customers by id, a page at a time, with what they are worth and when they joined, in milliseconds since 1970
// name: export/page-customers
// mode: read
// :param after => ''
// :param limit => 10000
MATCH (c:Customer)
WHERE c.customerId > $after
RETURN
  c.customerId AS customerId,
  c.joinedAt.epochMillis AS joinedAt,
  c.revenue AS revenue,
  c.margin AS margin,
  c.cltv AS cltv
ORDER BY c.customerId
LIMIT $limit;