// Emails that were loaded with more than one id, and those ids
// name: export/emails
// mode: read
// note: Of customers who have several ids their own appears besides, with the email that they show.
CALL {
  MATCH (c:Customer)
  WHERE c.email IS NOT NULL
  RETURN c.customerId AS id, toLower(trim(c.email)) AS email
    UNION ALL
  MATCH (a:Alias)
  WHERE a.hasRow AND a.email IS NOT NULL
  RETURN a.aliasId AS id, toLower(trim(a.email)) AS email
}
WITH email, collect(id) AS ids
WHERE size(ids) > 1
RETURN email, ids;