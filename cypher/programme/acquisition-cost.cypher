// What was spent on each channel in a period, and the new customers it brought
// name: programme/acquisition-cost
// mode: read
// note: A month counts by its first day: let from and to be first days of months.
// note: from and to are times such as '2024-07-01T00:00:00Z', the second outside the period; null: no bound.
// :param from => null
// :param to => null
WITH datetime($from) AS since, datetime($to) AS until
MATCH (s:Spend)
WHERE
  (since IS NULL OR s.month >= date(since)) AND
  (until IS NULL OR s.month < date(until))
WITH s.channel AS channel, sum(s.amount) AS spend, since, until
CALL (channel, since, until) {
  MATCH (c:Customer {channel: channel})
  WHERE
    (since IS NULL OR c.joinedAt >= since) AND
    (until IS NULL OR c.joinedAt < until)
  RETURN count(c) AS customers
}
RETURN
  channel,
  spend,
  customers,
  CASE
    WHEN customers > 0 THEN spend / customers
  END AS cac
ORDER BY spend DESC, channel;