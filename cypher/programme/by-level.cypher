// The programme by joining month, country or channel: who joined, who was brought, who invited, what became of it
// name: programme/by-level
// mode: read
// note: cohort is the month of joining; invitations are counted where their sender is.
// :param by => 'country'
// allowed: by is one of cohort, country, channel
MATCH (c:Customer)
WITH
  c,
  CASE $by
    WHEN 'cohort' THEN substring(toString(c.joinedAt), 0, 7)
    WHEN 'country' THEN c.country
    WHEN 'channel' THEN c.channel
  END AS level,
  EXISTS { (:Customer)-[:REFERRED]->(c) } AS referred,
  EXISTS { (c)-[:SENT]->(:Invitation) } OR EXISTS { (c)-[:REFERRED]->() } AS invited
CALL (c) {
  MATCH (c)-[:SENT]->(i:Invitation)
  RETURN
    sum(
      CASE
        WHEN coalesce(i.status, '') <> 'rejected' THEN 1
        ELSE 0
      END) AS invitations,
    sum(
      CASE
        WHEN
          coalesce(i.status, '') <> 'rejected' AND
          (coalesce(i.status, '') = 'converted' OR EXISTS { (i)-[:BECAME]->() })
          THEN 1
        ELSE 0
      END) AS converted
}
RETURN
  level,
  count(*) AS customers,
  sum(
    CASE
      WHEN c.joinedAt IS NOT NULL AND referred THEN 1
      ELSE 0
    END) AS referred,
  sum(
    CASE
      WHEN invited THEN 1
      ELSE 0
    END) AS inviters,
  sum(invitations) AS invitations,
  sum(converted) AS converted
ORDER BY level;