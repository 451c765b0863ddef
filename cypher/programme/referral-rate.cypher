// How many customers invited somebody at least once
// name: programme/referral-rate
// mode: read
MATCH (c:Customer)
WITH EXISTS { (c)-[:SENT]->() } OR EXISTS { (c)-[:REFERRED]->() } AS invited
RETURN
  count(*) AS customers,
  sum(
    CASE
      WHEN invited THEN 1
      ELSE 0
    END) AS inviters;