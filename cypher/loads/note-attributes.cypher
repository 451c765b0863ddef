// Note the columns of customers that are kept as attributes
// name: loads/note-attributes
// mode: write
// :param rows => [{name: 'ageBand', column: 'age_band', kind: 'text'}]
UNWIND $rows AS row
MERGE (a:Attribute {name: row.name})
SET a.column = row.column, a.kind = row.kind;