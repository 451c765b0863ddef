// A kept segment's figures at each analysis, the earliest first
// name: segments/history
// mode: read
// note: pValue is for lower CLTV and higher referral value than the rest's, of this segment alone.
// :param segmentId => 'diet:vegan'
MATCH (s:Segment {segmentId: $segmentId})
OPTIONAL MATCH (s)-[m:MEASURED]->(a:Analysis)
RETURN
  m.at AS at,
  a.version AS version,
  m.customers AS customers,
  m.meanCltv AS meanCltv,
  m.meanCltvRest AS meanCltvRest,
  m.referralValuePerCustomer AS referralValuePerCustomer,
  m.referralValuePerCustomerRest AS referralValuePerCustomerRest,
  m.shareOfValue AS shareOfValue,
  m.hiddenValue AS hiddenValue,
  m.hiddenLow AS hiddenLow,
  m.hiddenHigh AS hiddenHigh,
  m.pValue AS pValue
ORDER BY version;