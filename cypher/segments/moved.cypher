// Customers whom the last analysis has in another quadrant than the one before, by influence
// name: segments/moved
// mode: read
// note: Of those whose scores it changed: hidden_advocates → champions, say. A customer who is new has none before. While the next one is written, those it
//   has written already are missing.
// :param limit => 100
MATCH (a:Analysis)
WHERE a.finishedAt IS NOT NULL
WITH max(a.version) AS current
MATCH (c:Customer)
WHERE
  c.scoreVersion = current AND
  c.quadrantBefore IS NOT NULL AND
  c.quadrant <> c.quadrantBefore
RETURN
  c.customerId AS customerId,
  c.name AS name,
  c.quadrantBefore AS quadrantBefore,
  c.quadrant AS quadrant,
  c.influence AS influence,
  c.scoresBefore[0] AS influenceBefore,
  c.cltv AS cltv
ORDER BY influence DESC, customerId
LIMIT $limit;