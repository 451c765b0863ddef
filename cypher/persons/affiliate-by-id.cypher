// The affiliate of an id, with their email
// name: persons/affiliate-by-id
// mode: read
// :param id => 'a-0001'
MATCH (a:Affiliate {affiliateId: $id})
RETURN a.affiliateId AS affiliateId, a.email AS email;