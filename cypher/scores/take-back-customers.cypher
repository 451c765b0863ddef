// Give customers back the scores they had before an analysis that was broken off, some at a time
// name: scores/take-back-customers
// mode: write
// :param current => 0
// :param limit => 1000
MATCH (n:Customer)
WHERE n.scoreVersion > $current
WITH n
LIMIT $limit
SET
  n.influence = n.scoresBefore[0],
  n.ecrDirect = n.scoresBefore[1],
  n.ecrNetwork = n.scoresBefore[2],
  n.conservedCredit = n.scoresBefore[3],
  n.downline = toInteger(n.scoresBefore[4]),
  n.longestChain = toInteger(n.scoresBefore[5]),
  n.percentile = n.scoresBefore[6],
  n.band = n.bandBefore,
  n.quadrant = n.quadrantBefore,
  n.scoredAt = n.scoredBefore,
  n.scoreChangedAt = n.scoredBefore,
  n.scoreVersion = toInteger(n.scoresBefore[7]),
  n.quadrantHistory =
    CASE
      WHEN
        size(
          [x IN n.quadrantHistory WHERE toInteger(split(x, ' ')[0]) <= $current]) >
        1
        THEN
          [x IN n.quadrantHistory WHERE toInteger(split(x, ' ')[0]) <= $current]
    END
SET
  n.scoresBefore = null,
  n.scoredBefore = null,
  n.bandBefore = null,
  n.quadrantBefore = null
RETURN count(*) AS taken;