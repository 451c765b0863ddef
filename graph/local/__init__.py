"""The local engine: a graph database on this machine, as a process of its own, that many commands share.

`start(home)` returns the engine that runs in `home`, starting it if there is none; `running(home)` only looks,
`kept(home)` whether there is a store; `stop(home)` ends it, `leave(home)` does unless others use it. Three
kinds: `embedded` (needs nothing but this package), `neo4j` (Neo4j Community 2026.08) and `neo4j5` (5.26 LTS), the
latter two fetched from Maven Central when first started.

What speaks Bolt to it finds address, user and password in the `Running` it gets back:

    engine = start(Path(".refnet"))
    driver = neo4j.GraphDatabase.driver(engine.uri, auth=(engine.username, engine.password))
"""

from __future__ import annotations

from refnet.graph.local.control import kept, leave, running, start, stop
from refnet.graph.local.state import Kind, Running

__all__ = ["Kind", "Running", "kept", "leave", "running", "start", "stop"]
