// Take away the turn to load of an owner who has gone, or who is done; not if they have shown themselves meanwhile
// name: turns/free
// mode: write
// note: The first SET is for its lock: what is compared is as it stands then.
// :param owner => 'o-1'
// :param beat => null
MATCH (t:Turn {turnId: 'load'})
SET t.asked = true
WITH t
WHERE t.owner = $owner AND ($beat IS NULL OR t.beat = $beat)
DELETE t;