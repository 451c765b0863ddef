// Claims of affiliates about themselves: those who have the email of the customer they name
// name: export/own-claims
// mode: read
MATCH (a:Affiliate)-[:MADE]->(k:Claim)-[:NAMES]->(c:Customer)
WHERE a.email CONTAINS '@'
WITH k, c, toLower(trim(a.email)) AS email
WHERE
  toLower(trim(c.email)) = email OR
  EXISTS {
    MATCH (c)-[:KNOWN_AS]->(known:Alias)
    WHERE toLower(trim(known.email)) = email
  }
RETURN k.claimId AS claimId;