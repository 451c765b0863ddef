// Ids of so many affiliates at random, that part all of them into ranges of about one size
// name: scores/some-affiliates
// mode: read
// note: And all that are in no range: nothing, or no text.
// :param share => 0.001
MATCH (a:Affiliate)
WHERE rand() < $share OR coalesce(a.affiliateId > '', false) = false
RETURN a.affiliateId AS id;