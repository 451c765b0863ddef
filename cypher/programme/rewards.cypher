// What was given as rewards, by side and status
// name: programme/rewards
// mode: read
MATCH (r:Reward)
RETURN
  r.side AS side,
  r.status AS status,
  count(*) AS rewards,
  sum(r.amount) AS amount
ORDER BY side, status;