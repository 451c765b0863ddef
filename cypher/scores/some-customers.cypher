// Ids of so many customers at random, that part all of them into ranges of about one size
// name: scores/some-customers
// mode: read
// note: And all that are in no range: nothing, or no text.
// :param share => 0.001
MATCH (c:Customer)
WHERE rand() < $share OR coalesce(c.customerId > '', false) = false
RETURN c.customerId AS id;