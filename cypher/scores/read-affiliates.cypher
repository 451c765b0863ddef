// Affiliates of a range of ids and the scores they have, each as one list
// name: scores/read-affiliates
// mode: read
// note: As scores/read-customers says.
// :param after => ''
// :param upTo => 'a-9'
MATCH (a:Affiliate)
WHERE a.affiliateId > $after AND a.affiliateId <= $upTo
RETURN
  collect(a.affiliateId) AS affiliateId,
  collect(coalesce(a.influence, 0.0 / 0.0)) AS influence,
  collect(coalesce(a.ecrNetwork, 0.0 / 0.0)) AS ecrNetwork,
  collect(coalesce(a.conservedCredit, 0.0 / 0.0)) AS conservedCredit,
  collect(coalesce(a.downline, 0.0 / 0.0)) AS downline,
  collect(coalesce(a.longestChain, 0.0 / 0.0)) AS longestChain;