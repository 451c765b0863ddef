// Take the health score from customers who were not scored at a moment
// name: success/forget-health
// mode: write
// :param at => '2026-01-01T00:00:00Z'
// :param limit => 5000
MATCH (c:Customer)
WHERE c.healthAt IS NOT NULL AND c.healthAt <> datetime($at)
WITH c
LIMIT $limit
REMOVE c.healthScore, c.healthGrade, c.healthVersion, c.healthAt
RETURN count(c) AS forgotten;