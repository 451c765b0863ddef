// Ids of so many customers at random, that part all of them into ranges of about one size
// name: scores/some-customers
// mode: read
// :param share => 0.001
MATCH (c:Customer)
WHERE rand() < $share
RETURN c.customerId AS id;