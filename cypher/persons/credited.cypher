// Who is credited with bringing one customer, and whom they are credited with
// name: persons/credited
// mode: read
// :param customerId => 'c-0000001'
MATCH (c:Customer {customerId: $customerId})-[r:REFERRED]->(person:Customer)
RETURN
  'brought' AS side,
  person.customerId AS id,
  'customer' AS kind,
  r.at AS at,
  r.credit AS credit,
  r.campaign AS campaign
ORDER BY id
  UNION ALL
MATCH (c:Customer {customerId: $customerId})<-[r:REFERRED]-(referrer)
RETURN
  'brought by' AS side,
  CASE
    WHEN 'Affiliate' IN labels(referrer) THEN referrer.affiliateId
    ELSE referrer.customerId
  END AS id,
  CASE
    WHEN 'Affiliate' IN labels(referrer) THEN 'affiliate'
    ELSE 'customer'
  END AS kind,
  r.at AS at,
  r.credit AS credit,
  r.campaign AS campaign
ORDER BY id;