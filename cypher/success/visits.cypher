// Visits by landing page and affiliate, over all days
// name: success/visits
// mode: read
MATCH (v:Visits)
WHERE v.landingPage IS NOT NULL
RETURN
  v.landingPage AS landingPage,
  v.affiliateId AS affiliateId,
  sum(v.visits) AS visits,
  sum(v.clicks) AS clicks
ORDER BY landingPage, affiliateId;