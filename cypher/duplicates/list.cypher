// Orders that are the same sale told again, each with the sale before it; nobody has placed them, and no query counts them
// name: duplicates/list
// mode: read
// note: Of one customer and amount, at most onceWithin minutes after the sale. One wholly given back is none of them.
// :param limit => 100
MATCH (o:Order {duplicate: true})
MATCH (sale:Order {duplicateKey: o.duplicateKey})
WHERE
  sale.duplicate IS NULL AND
  NOT coalesce(sale.refunded > 0 AND sale.refunded >= sale.amount, false) AND
  sale.placedAt <= o.placedAt
WITH o, sale
ORDER BY sale.placedAt DESC
WITH o, head(collect(sale)) AS sale
RETURN
  o.orderId AS orderId,
  sale.orderId AS saleId,
  o.customerId AS customerId,
  o.amount AS amount,
  o.placedAt AS placedAt,
  sale.placedAt AS soldAt,
  o.onceWithin AS onceWithin
ORDER BY placedAt DESC, orderId
LIMIT $limit;