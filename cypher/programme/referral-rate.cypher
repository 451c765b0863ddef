// How many customers invited somebody, at least once in a period
// name: programme/referral-rate
// mode: read
// note: Of the customers who had joined before the period's end, or on a day that is not known.
// note: from and to are times such as '2024-07-01T00:00:00Z', the second outside the period; null: no bound.
// :param from => null
// :param to => null
WITH datetime($from) AS since, datetime($to) AS until
MATCH (c:Customer)
WHERE until IS NULL OR c.joinedAt IS NULL OR c.joinedAt < until
WITH
  EXISTS {
    MATCH (c)-[:SENT]->(i:Invitation)
    WHERE
      (since IS NULL OR i.sentAt >= since) AND
      (until IS NULL OR i.sentAt < until)
  } OR
  EXISTS {
    MATCH (c)-[r:REFERRED]->()
    WHERE (since IS NULL OR r.at >= since) AND (until IS NULL OR r.at < until)
  } AS invited
RETURN
  count(*) AS customers,
  sum(
    CASE
      WHEN invited THEN 1
      ELSE 0
    END) AS inviters;