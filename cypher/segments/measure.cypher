// Put the figures of kept segments beside the current analysis
// name: segments/measure
// mode: write
// :param rows => [{segmentId: 'diet:vegan', customers: 120}]
MATCH (a:Analysis)
WHERE a.finishedAt IS NOT NULL
WITH a
ORDER BY a.version DESC
LIMIT 1
UNWIND $rows AS row
MATCH (s:Segment {segmentId: row.segmentId})
MERGE (s)-[m:MEASURED]->(a)
SET
  m.at = a.finishedAt,
  m.customers = row.customers,
  m.meanCltv = row.meanCltv,
  m.meanCltvRest = row.meanCltvRest,
  m.referralValuePerCustomer = row.referralValuePerCustomer,
  m.referralValuePerCustomerRest = row.referralValuePerCustomerRest,
  m.shareOfValue = row.shareOfValue,
  m.hiddenValue = row.hiddenValue,
  m.hiddenLow = row.hiddenLow,
  m.hiddenHigh = row.hiddenHigh,
  m.pValue = row.pValue;