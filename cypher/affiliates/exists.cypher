// Is there an affiliate of this id?
// name: affiliates/exists
// mode: read
// :param affiliateId => 'a-001'
MATCH (a:Affiliate {affiliateId: $affiliateId})
RETURN a.affiliateId AS affiliateId;