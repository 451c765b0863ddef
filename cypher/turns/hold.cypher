// Show that the owner of the turn to load still lives; no row: it has gone to another
// name: turns/hold
// mode: write
// :param owner => 'o-1'
MATCH (t:Turn {turnId: 'load'})
WHERE t.owner = $owner
SET t.beat = t.beat + 1
RETURN t.owner AS owner;