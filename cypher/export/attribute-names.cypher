// The attributes of customers that were loaded besides the known columns
// name: export/attribute-names
// mode: read
MATCH (a:Attribute)
RETURN a.name AS name, a.column AS column, a.kind AS kind
ORDER BY name;