// Landing pages by affiliate and use case: customers, what they spent, how many left
// name: success/landing-cells
// mode: read
// note: A customer counts on every page they landed on; small cells are as they are: `refnet landing-pages` draws them
// to the middle and has intervals.
// :param limit => 100
MATCH (c:Customer)-[l:LANDED_ON]->(p:LandingPage)
RETURN
  p.landingPage AS landingPage,
  p.niche AS niche,
  l.affiliateId AS affiliateId,
  coalesce(l.useCase, p.useCase) AS useCase,
  count(DISTINCT c) AS customers,
  avg(c.revenue) AS meanRevenue,
  count(DISTINCT
    CASE
      WHEN c.churnedAt IS NOT NULL THEN c
    END) AS lost
ORDER BY customers DESC, landingPage, affiliateId, useCase
LIMIT $limit;