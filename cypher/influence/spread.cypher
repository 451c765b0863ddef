// How many people an offer to one customer would reach, each passing it on with one probability; null where credit is shared
// name: influence/spread
// mode: read
// note: Expected spread under independent cascade, on a tree; counts the customer, too. Who was brought by several of those
//   below is reached by one way or another, which no sum over paths gives: then there is no figure.
// note: Walks every path to 25 hops, which multiply where customers have several credited referrers.
// :param customerId => 'c-0000001'
// :param probability => 0.1
// allowed: probability is 0 to 1
MATCH (c:Customer {customerId: $customerId})
OPTIONAL MATCH path = (c)-[:REFERRED*1..25]->(person:Customer)
WITH
  c,
  count(path) AS paths,
  count(DISTINCT person) AS people,
  sum(
    CASE
      WHEN path IS NULL THEN 0.0
      ELSE $probability ^ length(path)
    END) AS reached
RETURN
  c.customerId AS customerId,
  CASE
    WHEN paths = people THEN 1.0 + reached
  END AS expectedSpread;