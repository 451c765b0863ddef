// Say that the demo loads, or has loaded, this graph
// name: demo/mark
// mode: write
// :param customers => 20000
// :param complete => true
MERGE (d:Demo {name: 'example brand'})
SET d.customers = $customers, d.complete = $complete;