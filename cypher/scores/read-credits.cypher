// The credited network as scores are made from it, of referees of a range of ids: what is of an edge, each as one list
// name: scores/read-credits
// mode: read
// note: As scores/read-customers says; of customer and affiliate one is ''.
// :param after => ''
// :param upTo => 'c-0001000'
MATCH (referee:Customer)<-[r:REFERRED]-(referrer)
WHERE referee.customerId > $after AND referee.customerId <= $upTo
RETURN
  collect(coalesce(referrer.customerId, '')) AS customer,
  collect(coalesce(referrer.affiliateId, '')) AS affiliate,
  collect(referee.customerId) AS referee,
  collect(coalesce(r.credit, 0.0 / 0.0)) AS credit;