// Take the turn to load if nobody has it; whose it is
// name: turns/ask
// mode: write
// note: machine, pid and birth tell who asks on the same machine whether the owner still lives; beat, who asks from another.
// :param owner => 'o-1'
// :param machine => 'host'
// :param pid => 1
// :param birth => 'boot 1'
MERGE (t:Turn {turnId: 'load'})
  ON CREATE SET
    t.owner = $owner,
    t.machine = $machine,
    t.pid = $pid,
    t.birth = $birth,
    t.beat = 0
RETURN
  t.owner AS owner,
  t.machine AS machine,
  t.pid AS pid,
  t.birth AS birth,
  t.beat AS beat;