// The credited network as scores are made from it, of referees of a range of ids: what is of an edge, each as one list
// name: scores/read-credits
// mode: read
// note: As scores/read-customers says; of customer and affiliate one is ''. Edges by a list of a pattern: matched in the range, the
//   embedded engine goes through all of the edges for each.
// :param after => ''
// :param upTo => 'c-0001000'
MATCH (referee:Customer)
WHERE referee.customerId > $after AND referee.customerId <= $upTo
UNWIND
  [
    (referee)<-[r:REFERRED]-(referrer)
    | [
      coalesce(referrer.customerId, ''),
      coalesce(referrer.affiliateId, ''),
      referee.customerId,
      coalesce(r.credit, 0.0 / 0.0)
    ]
  ] AS edge
RETURN
  collect(edge[0]) AS customer,
  collect(edge[1]) AS affiliate,
  collect(edge[2]) AS referee,
  collect(edge[3]) AS credit;