// The credited network as scores are made from it: one row an edge
// name: scores/read-credits
// mode: read
MATCH (referee:Customer)<-[r:REFERRED]-(referrer)
RETURN
  referrer.customerId AS customer,
  referrer.affiliateId AS affiliate,
  referee.customerId AS referee,
  r.credit AS credit;