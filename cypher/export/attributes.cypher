// Chosen attributes of every customer, in the order asked
// name: export/attributes
// mode: read
// :param attributes => ['country', 'plan']
MATCH (c:Customer)
RETURN c.customerId AS customerId, [name IN $attributes | c[name]] AS levels;