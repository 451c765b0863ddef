// Segments by one attribute: size, CLTV, and the referral value that their customers bring
// name: segments/by-attribute
// mode: read
// note: From the scores of the last `refnet analyze`. An attribute is any property of a customer, such as country, plan
//   or a column of your own. What stands out here may be chance: `refnet report` tests it.
// :param attribute => 'country'
OPTIONAL MATCH (a:Analysis)
WITH
  max(a.version) AS latest,
  coalesce(max(
      CASE
        WHEN a.finishedAt IS NOT NULL THEN a.version
      END), 0) AS current
MATCH (c:Customer)
WITH current, c,
  CASE
    WHEN latest > current THEN properties(c)
    ELSE c
  END AS p
WITH
  coalesce(toString(c[$attribute]), '–') AS level,
  c,
  CASE
    WHEN p.scoreVersion > current THEN p.scoresBefore[0]
    ELSE p.influence
  END AS influence
RETURN
  level,
  count(*) AS customers,
  avg(c.cltv) AS meanCltv,
  avg(coalesce(influence, 0.0)) AS referralValuePerCustomer,
  sum(coalesce(influence, 0.0)) AS referralValue,
  sum(
    CASE
      WHEN influence > 0 THEN 1
      ELSE 0
    END) AS referrers
ORDER BY referralValuePerCustomer DESC, level;