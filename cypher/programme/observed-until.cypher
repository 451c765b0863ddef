// Until when there is data: the last thing that happened
// name: programme/observed-until
// mode: read
CALL () {
  MATCH (o:Order)
  RETURN max(o.placedAt) AS at
    UNION ALL
  MATCH (i:Invitation)
  RETURN max(i.sentAt) AS at
    UNION ALL
  MATCH (c:Customer)
  RETURN max(c.joinedAt) AS at
}
RETURN max(at) AS until;