// Whom each affiliate brought, with the credit; also as a customer, to whom the credit then went
// name: affiliates/brought
// mode: read
CALL () {
  MATCH (a:Affiliate)-[r:REFERRED]->(c:Customer)
  RETURN a, c, r.credit AS credit, 0 AS asCustomer
    UNION ALL
  MATCH
    (a:Affiliate)-[:MADE]->
    (k:Claim)-[:NAMES]->
    (c:Customer)<-[r:REFERRED]-
    (o:Customer)
  WHERE k.claimId = r.claimId AND EXISTS { (a)<-[:ACTS_AS]-(o) }
  RETURN a, c, r.credit AS credit, 1 AS asCustomer
}
RETURN
  a.affiliateId AS affiliateId,
  c.customerId AS customerId,
  credit,
  asCustomer;