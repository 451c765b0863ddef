// Where the successful came from: by channel, how many are green, and what they are worth
// name: success/origins
// mode: read
// note: Counted, with no interval; `refnet success` says what is beyond chance. Green is by `refnet health --write`.
MATCH (c:Customer)
RETURN
  c.channel AS channel,
  count(*) AS customers,
  sum(
    CASE
      WHEN c.healthGrade = 'green' THEN 1
      ELSE 0
    END) AS green,
  sum(
    CASE
      WHEN c.churnedAt IS NULL THEN 0
      ELSE 1
    END) AS lost,
  avg(c.cltv) AS meanCltv
ORDER BY customers DESC, channel;