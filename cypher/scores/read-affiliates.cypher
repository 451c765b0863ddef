// Every affiliate and the scores they have
// name: scores/read-affiliates
// mode: read
// note: Also those of an analysis that has not finished: for the next one, which takes them back first.
MATCH (a:Affiliate)
RETURN
  a.affiliateId AS affiliateId,
  a.influence AS influence,
  a.ecrNetwork AS ecrNetwork,
  a.conservedCredit AS conservedCredit,
  a.downline AS downline,
  a.longestChain AS longestChain;