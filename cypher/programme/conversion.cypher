// How many invitations of a period became customers; rejected ones (fraud, duplicates) apart
// name: programme/conversion
// mode: read
// note: from and to are times such as '2024-07-01T00:00:00Z', the second outside the period; null: no bound.
// :param from => null
// :param to => null
WITH datetime($from) AS since, datetime($to) AS until
MATCH (i:Invitation)
WHERE
  (since IS NULL OR i.sentAt >= since) AND (until IS NULL OR i.sentAt < until)
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