// Health scores in the graph: how many of each grade, by the weights that made them
// name: success/health-grades
// mode: read
MATCH (c:Customer)
WHERE c.healthScore IS NOT NULL
RETURN
  c.healthVersion AS healthVersion,
  c.healthGrade AS healthGrade,
  count(*) AS customers,
  avg(c.healthScore) AS meanScore,
  avg(c.cltv) AS meanCltv
ORDER BY healthVersion, meanScore DESC;