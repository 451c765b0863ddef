// Ids of so many affiliates at random, that part all of them into ranges of about one size
// name: scores/some-affiliates
// mode: read
// :param share => 0.001
MATCH (a:Affiliate)
WHERE rand() < $share
RETURN a.affiliateId AS id;