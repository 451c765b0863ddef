// What was given as rewards in a period, by side and status
// name: programme/rewards
// mode: read
// note: from and to are times such as '2024-07-01T00:00:00Z', the second outside the period; null: no bound.
// :param from => null
// :param to => null
WITH datetime($from) AS since, datetime($to) AS until
MATCH (r:Reward)
WHERE
  (since IS NULL OR r.grantedAt >= since) AND
  (until IS NULL OR r.grantedAt < until)
RETURN
  r.side AS side,
  r.status AS status,
  count(*) AS rewards,
  sum(r.amount) AS amount
ORDER BY side, status;