// Write the scores of affiliates, and keep those they had beside them
// name: scores/write-affiliates
// mode: write
// note: A list for each score, in the order of ids. Until the analysis is finished, those before are the current ones.
// :param version => 1
// :param at => '2026-01-01T00:00:00Z'
// :param ids => ['x-1']
// :param influence => [175.0]
// :param ecrNetwork => [400.0]
// :param conservedCredit => [247.62]
// :param downline => [3]
// :param longestChain => [3]
UNWIND range(0, size($ids) - 1) AS i
MATCH (n:Affiliate {affiliateId: $ids[i]})
WHERE n.scoreVersion IS NULL OR n.scoreVersion <> $version
SET
  n.scoresBefore =
    CASE
      WHEN
        n.scoreVersion IS NOT NULL
        THEN
          [
            n.influence,
            0.0,
            n.ecrNetwork,
            n.conservedCredit,
            toFloat(n.downline),
            toFloat(n.longestChain),
            0.0,
            toFloat(n.scoreVersion)
          ]
    END,
  n.scoredBefore = n.scoredAt
SET
  n.influence = $influence[i],
  n.ecrNetwork = $ecrNetwork[i],
  n.conservedCredit = $conservedCredit[i],
  n.downline = $downline[i],
  n.longestChain = $longestChain[i],
  n.scoreVersion = $version,
  n.scoredAt = datetime($at),
  n.scoreChangedAt = datetime($at);