// What was spent on each channel, and the new customers it brought
// name: programme/acquisition-cost
// mode: read
MATCH (s:Spend)
WITH s.channel AS channel, sum(s.amount) AS spend
CALL (channel) {
  MATCH (c:Customer {channel: channel})
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