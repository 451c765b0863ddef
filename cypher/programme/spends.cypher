// What was spent on each channel, month by month
// name: programme/spends
// mode: read
MATCH (s:Spend)
RETURN
  s.channel AS channel,
  s.month.year AS year,
  s.month.month AS month,
  s.amount AS amount
ORDER BY channel, year, month;