// How many invitations became customers; rejected ones (fraud, duplicates) apart
// name: programme/conversion
// mode: read
MATCH (i:Invitation)
WITH i.status AS status, EXISTS { (i)-[:BECAME]->() } AS became
RETURN
  sum(
    CASE
      WHEN coalesce(status, '') <> 'rejected' THEN 1
      ELSE 0
    END) AS invitations,
  sum(
    CASE
      WHEN
        coalesce(status, '') <> 'rejected' AND (became OR status = 'converted')
        THEN 1
      ELSE 0
    END) AS converted,
  sum(
    CASE
      WHEN status = 'rejected' THEN 1
      ELSE 0
    END) AS rejected;