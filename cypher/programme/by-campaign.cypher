// Invitations of each campaign, how many became customers and how many were rejected
// name: programme/by-campaign
// mode: read
MATCH (i:Invitation)
WITH
  i.campaign AS campaign,
  coalesce(i.status, '') AS status,
  EXISTS { (i)-[:BECAME]->() } AS became
RETURN
  campaign,
  sum(
    CASE
      WHEN status <> 'rejected' THEN 1
      ELSE 0
    END) AS invitations,
  sum(
    CASE
      WHEN status <> 'rejected' AND (became OR status = 'converted') THEN 1
      ELSE 0
    END) AS converted,
  sum(
    CASE
      WHEN status = 'rejected' THEN 1
      ELSE 0
    END) AS rejected
ORDER BY campaign;