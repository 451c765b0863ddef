// Which orders are the same sale told again, and who has placed the others; the ids of their customers
// name: duplicates/work-out
// mode: write
// note: In the transaction that changes an order or a refund. Orders of one duplicateKey are of one customer and amount. The
//   earliest is a sale, those placed within onceWithin minutes of it are it told again, the next one is a sale again. What is
//   told again nobody has PLACED. One that was wholly given back is none of it. Where all is as it should be nothing is written.
// note: Looked at are the orders of keys; those beside duplicates among orders; those beside the orders that refunds are
//   of; and those that others leave: [id, the key that it has from now on ('': none; null: it goes if no source has it)].
// :param keys => ['20.0 c-0000001']
// :param orders => []
// :param refunds => []
// :param leaving => []
CALL () {
  UNWIND $keys AS key
  RETURN key
    UNION
  UNWIND $orders AS id
  MATCH (n:Order {orderId: id})
  WHERE n.duplicate
  RETURN n.duplicateKey AS key
    UNION
  UNWIND $refunds AS id
  MATCH (:Refund {refundId: id})-[:REFUNDS]->(n:Order)
  RETURN n.duplicateKey AS key
    UNION
  UNWIND $leaving AS r
  MATCH (n:Order {orderId: r[0]})
  WHERE
    n.duplicateKey <> r[1] OR
    (r[1] IS NULL AND n.duplicateKey IS NOT NULL AND size(n.sources) = 0)
  WITH n, n.duplicateKey AS key
  SET n.duplicateKey = null, n.duplicate = null
  RETURN key
}
WITH DISTINCT key
MATCH (o:Order {duplicateKey: key})
WITH key, count(o) AS orders, count(o.duplicate) AS again
WHERE orders > 1 OR again > 0
MATCH (o:Order {duplicateKey: key})
WITH key, o, coalesce(o.refunded > 0 AND o.refunded >= o.amount, false) AS back
ORDER BY key, back, o.placedAt, o.tie, o.orderId
WITH
  key,
  collect(o) AS told,
  collect(
    CASE
      WHEN NOT back THEN o.placedAt.epochMillis
    END) AS at
WITH
  told,
  reduce(
    sales = [],
    place IN
    range(0, size(told) - 1) |
      CASE
        WHEN
          place > 0 AND
          at[place] - at[last(sales)] <= told[place].onceWithin * 60000
          THEN sales
        ELSE sales + [place]
      END) AS sales
UNWIND range(0, size(sales) - 1) AS sale
WITH told, sales[sale] AS first, coalesce(sales[sale + 1], size(told)) AS next
UNWIND range(first, next - 1) AS place
WITH told[place] AS o, place > first AS again
WHERE again OR o.duplicate
OPTIONAL MATCH (o)<-[p:PLACED]-(:Customer)
OPTIONAL MATCH (c:Customer {customerId: o.customerId})
OPTIONAL MATCH (:Alias {aliasId: o.customerId})<-[:KNOWN_AS]-(d:Customer)
WITH o, again, p, coalesce(d, c) AS whose
SET
  o.duplicate =
    CASE
      WHEN again THEN true
    END,
  o.unlinked =
    CASE
      WHEN NOT again AND whose IS NULL THEN true
    END
FOREACH (each IN
CASE
  WHEN again AND p IS NOT NULL THEN [p]
  ELSE []
END |
  DELETE each
)
FOREACH (each IN
CASE
  WHEN again OR whose IS NULL THEN []
  ELSE [whose]
END |
  MERGE (each)-[:PLACED]->(o)
)
RETURN o.customerId AS buyer;