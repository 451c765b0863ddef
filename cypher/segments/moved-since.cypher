// Customers who are in another quadrant than they were on a day, by influence
// name: segments/moved-since
// mode: read
// note: As the analysis that was current then had them; of a day before all analyses, the first one. Who joined later, or was not scored yet, is not told.
// :param since => '2026-01-01T00:00:00Z'
// :param limit => 100
MATCH (a:Analysis)
WHERE a.finishedAt IS NOT NULL
WITH
  max(a.version) AS current,
  coalesce(
    max(
      CASE
        WHEN a.finishedAt <= datetime($since) THEN a.version
      END),
    min(a.version)
  ) AS before
MATCH (c:Customer)
WHERE c.quadrantHistory IS NOT NULL
WITH current, before, properties(c) AS p
WHERE p.joinedAt IS NULL OR p.joinedAt <= datetime($since)
WITH
  p,
  current,
  [
    x IN p.quadrantHistory
    WHERE toInteger(split(x, ' ')[0]) <= before
    | split(x, ' ')
  ] AS until,
  [
    x IN p.quadrantHistory
    WHERE toInteger(split(x, ' ')[0]) <= current
    | split(x, ' ')
  ] AS known
WITH
  p,
  current,
  until[size(until) - 1][1] AS quadrantBefore,
  known[size(known) - 1] AS last
WHERE last[1] <> quadrantBefore
RETURN
  p.customerId AS customerId,
  p.name AS name,
  CASE
    WHEN quadrantBefore <> 'none' THEN quadrantBefore
  END AS quadrantBefore,
  CASE
    WHEN last[1] <> 'none' THEN last[1]
  END AS quadrant,
  toInteger(last[0]) AS version,
  CASE
    WHEN p.scoreVersion > current THEN p.scoresBefore[0]
    ELSE p.influence
  END AS influence,
  p.cltv AS cltv
ORDER BY influence DESC, customerId
LIMIT $limit;