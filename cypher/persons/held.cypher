// All that a customer's node holds
// name: persons/held
// mode: read
// :param customerId => 'c-0000001'
MATCH (c:Customer {customerId: $customerId})
RETURN properties(c) AS held;