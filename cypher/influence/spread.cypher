// How many people an offer to one customer would reach, if each passes it on to each they brought with one probability
// name: influence/spread
// mode: read
// note: Expected spread under independent cascade on a forest; counts the customer, too.
// :param customerId => 'c-0000001'
// :param probability => 0.1
// allowed: probability is 0 to 1
MATCH (c:Customer {customerId: $customerId})
OPTIONAL MATCH path = (c)-[:REFERRED*1..25]->(:Customer)
RETURN
  c.customerId AS customerId,
  1.0 +
  sum(
    CASE
      WHEN path IS NULL THEN 0.0
      ELSE $probability ^ length(path)
    END) AS expectedSpread;