// Every invitation: who sent it and when, and what became of it; times in days since 1970
// name: programme/invitations
// mode: read
// note: customerId is empty where an affiliate sent it.
MATCH (i:Invitation)
OPTIONAL MATCH (i)<-[:SENT]-(c:Customer)
RETURN
  c.customerId AS customerId,
  i.sentAt.epochMillis / 86400000.0 AS sent,
  i.campaign AS campaign,
  i.status AS status,
  CASE
    WHEN EXISTS { (i)-[:BECAME]->() } THEN 1
    ELSE 0
  END AS became;