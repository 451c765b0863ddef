// Write the scores of customers, and keep those they had beside them
// name: scores/write-customers
// mode: write
// note: A list for each score, in the order of ids. Until the analysis is finished, those before are the current ones.
//   quadrantHistory begins with the first change: 0 and the quadrant until then, then the analysis and the quadrant from then on.
// :param version => 1
// :param at => '2026-01-01T00:00:00Z'
// :param ids => ['x-1']
// :param influence => [175.0]
// :param ecrDirect => [300.0]
// :param ecrNetwork => [400.0]
// :param conservedCredit => [247.62]
// :param downline => [3]
// :param longestChain => [3]
// :param percentile => [95.0]
// :param band => ['high']
// :param quadrant => ['champions']
UNWIND range(0, size($ids) - 1) AS i
MATCH (n:Customer {customerId: $ids[i]})
WHERE n.scoreVersion IS NULL OR n.scoreVersion <> $version
SET
  n.scoresBefore =
    CASE
      WHEN
        n.scoreVersion IS NOT NULL
        THEN
          [
            n.influence,
            n.ecrDirect,
            n.ecrNetwork,
            n.conservedCredit,
            toFloat(n.downline),
            toFloat(n.longestChain),
            n.percentile,
            toFloat(n.scoreVersion)
          ]
    END,
  n.scoredBefore = n.scoredAt,
  n.bandBefore = n.band,
  n.quadrantBefore = n.quadrant,
  n.quadrantHistory =
    CASE
      WHEN
        n.scoreVersion IS NULL OR
        coalesce(n.quadrant, 'none') = coalesce($quadrant[i], 'none')
        THEN n.quadrantHistory
      ELSE
        coalesce(n.quadrantHistory, ['0 ' + coalesce(n.quadrant, 'none')]) +
        [toString($version) + ' ' + coalesce($quadrant[i], 'none')]
    END
SET
  n.influence = $influence[i],
  n.ecrDirect = $ecrDirect[i],
  n.ecrNetwork = $ecrNetwork[i],
  n.conservedCredit = $conservedCredit[i],
  n.downline = $downline[i],
  n.longestChain = $longestChain[i],
  n.percentile = $percentile[i],
  n.band = $band[i],
  n.quadrant = $quadrant[i],
  n.scoreVersion = $version,
  n.scoredAt = datetime($at),
  n.scoreChangedAt = datetime($at);