// Every other id that is known, and where it stands: of which customer, why, and what waits to be brought in
// name: export/aliases
// mode: read
MATCH (a:Alias)
OPTIONAL MATCH (a)<-[k:KNOWN_AS]-(c:Customer)
OPTIONAL MATCH (own:Customer {customerId: a.aliasId})
RETURN
  a.aliasId AS aliasId,
  a.aliasOf AS aliasOf,
  toLower(trim(a.email)) AS email,
  coalesce(a.hasRow, false) AS hasRow,
  coalesce(a.rowChanged, false) AS rowChanged,
  c.customerId AS holder,
  k.reason AS reason,
  k.place AS place,
  own.customerId IS NOT NULL AS standing;