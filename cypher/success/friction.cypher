// Friction: customers by tickets raised, how many of them invite, and their last NPS beside it
// name: success/friction
// mode: read
MATCH (c:Customer)
OPTIONAL MATCH (c)-[:RAISED]->(t:Ticket)
WITH c, count(t) AS tickets
OPTIONAL MATCH (c)-[:ANSWERED]->(s:Survey {kind: 'nps'})
WITH c, tickets, avg(s.score) AS nps
RETURN
  CASE
    WHEN tickets >= 3 THEN '3 or more'
    ELSE toString(tickets)
  END AS tickets,
  count(*) AS customers,
  sum(
    CASE
      WHEN EXISTS { (c)-[:SENT]->(:Invitation) } THEN 1
      ELSE 0
    END) AS inviters,
  avg(nps) AS meanNps
ORDER BY tickets;