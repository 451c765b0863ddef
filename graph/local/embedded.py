"""The embedded engine: ArcadeDB, by the Java runtime and the jars that its Python wheel carries.

It is run as a program of its own, without the wheel's Python bridge. Its store is `embedded/` in the home.
"""

from __future__ import annotations

import importlib.util
from pathlib import Path

from refnet.core.errors import EngineError
from refnet.graph.local.launch import Launch, heap_bytes, new_secret, secret
from refnet.graph.local.ports import free_ports
from refnet.graph.local.state import EMBEDDED, Home, cannot_write, private_directory

_DATABASE = "referrals"
_USER = "root"
_LOGGING = """\
handlers=java.util.logging.FileHandler
.level=INFO
java.util.logging.FileHandler.pattern=logs/engine.%g.log
java.util.logging.FileHandler.limit=10000000
java.util.logging.FileHandler.count=3
java.util.logging.FileHandler.encoding=UTF-8
java.util.logging.FileHandler.formatter=java.util.logging.SimpleFormatter
java.util.logging.SimpleFormatter.format=%1$tF %1$tT.%1$tL %4$s %5$s%6$s%n
"""

_ROW_BYTES = 512
"""Of heap, for each row that a query holds."""


def prepare(home: Home, heap: str, query_seconds: float) -> Launch:
    """Make the store ready and say how to start its engine.

    Raises:
        EngineError: this platform has no engine, the heap is impossible, the store cannot be written.
    """
    java, jars = _wheel()
    size = heap_bytes(heap)
    store = home.path / EMBEDDED
    try:
        for directory in (store, store / "logs"):
            private_directory(directory)
        (store / "logging.properties").write_text(_LOGGING, encoding="ascii")
        if secret(store) is None:
            # The engine makes its user when it finds no list of users: so a lost password is replaced.
            (store / "config" / "server-users.jsonl").unlink(missing_ok=True)
            new_secret(store)
    except OSError as error:
        raise cannot_write(store, error) from error
    bolt, http = free_ports()
    return Launch(
        kind="embedded",
        argv=[
            str(java),
            f"-Xmx{heap}",
            # Out of memory it would stumble on in an unknown state; ended, it recovers when opened again.
            "-XX:+ExitOnOutOfMemoryError",
            "-XX:ErrorFile=logs/crash.%p.log",
            "--add-modules=jdk.incubator.vector",
            "--enable-native-access=ALL-UNNAMED",
            "-Djava.awt.headless=true",
            "-Djava.util.logging.config.file=logging.properties",
            "-Dpolyglot.engine.WarnInterpreterOnly=false",
            "-Darcadedb.server.mode=production",  # what is committed is on the disk
            # Nothing else ends a query whose client has gone.
            f"-Darcadedb.command.timeout={query_seconds * 1000:.0f}",
            # Rows that one ORDER BY, DISTINCT or collect may hold: by itself half a million, whatever the heap. What it
            # takes of the heap (at most half of it) is looked at besides, so that more is refused and ends nothing.
            f"-Darcadedb.queryMaxHeapElementsAllowedPerOp={size // _ROW_BYTES}",
            "-Darcadedb.server.rootPath=.",
            "-Darcadedb.server.rootPasswordPath=secret",
            "-Darcadedb.server.plugins=Bolt:com.arcadedb.bolt.BoltProtocolPlugin",
            "-Darcadedb.server.httpIncomingHost=127.0.0.1",
            "-Darcadedb.server.httpIncomingPort={http}",
            "-Darcadedb.bolt.host=127.0.0.1",
            "-Darcadedb.bolt.port={bolt}",
            f"-Darcadedb.server.defaultDatabases={_DATABASE}[{_USER}]",
            "-cp",
            f"{jars}/*",
            "com.arcadedb.server.ArcadeDBServer",
        ],
        cwd=str(store),
        username=_USER,
        database=_DATABASE,
        browser=False,
        log="logs/engine.0.log",
        console="logs/console.log",
        seconds=120,  # reopening a large store after a crash takes a while
        bolt=bolt,
        http=http,
    )


def _wheel() -> tuple[Path, Path]:
    # Found, not imported: importing it would load the bridge.
    spec = importlib.util.find_spec("arcadedb_embedded")
    places = list(spec.submodule_search_locations or []) if spec else []
    for place in map(Path, places):
        java, jars = place / "jre" / "bin" / "java", place / "jars"
        if java.is_file() and jars.is_dir():
            return java, jars
    raise EngineError(
        "The embedded engine is not there for this platform (arcadedb-embedded, with its Java runtime).",
        "It is for Linux (glibc 2.34 or later) and macOS on ARM; elsewhere set NEO4J_URI to a Neo4j server.",
    )
