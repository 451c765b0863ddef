// Every landing: who came to which page, for which use, through which affiliate; times in days since 1970
// name: success/landings
// mode: read
MATCH (c:Customer)-[l:LANDED_ON]->(p:LandingPage)
RETURN
  c.customerId AS customerId,
  p.landingPage AS landingPage,
  p.niche AS niche,
  coalesce(l.useCase, p.useCase) AS useCase,
  l.affiliateId AS affiliateId,
  l.landedAt.epochMillis / 86400000.0 AS landed;