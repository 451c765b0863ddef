"""A real Neo4j Community server on this machine, with Neo4j Browser, in the same way as the embedded engine.

Its store is `neo4j/` or `neo4j5/` in the home. The jars are fetched (see fetch.py), never part of this
package: Neo4j Community and its Browser are programs of their own, under the GPL.
"""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from refnet.core.errors import EngineError
from refnet.core.progress import Reporter
from refnet.graph.local.fetch import jars, java_21, java_25
from refnet.graph.local.launch import Launch, heap_bytes, new_secret, secret
from refnet.graph.local.ports import free_ports
from refnet.graph.local.state import Home, Kind, cannot_write, private_directory, private_file

_VERSIONS: dict[Kind, tuple[str, str]] = {
    "neo4j": ("2026.08.1", "org.neo4j.server.Neo4jCommunity"),
    "neo4j5": ("5.26.30", "org.neo4j.server.CommunityEntryPoint"),
}
_USER = _DATABASE = "neo4j"
# The quiet period is what makes a stop take ten seconds. Its name is internal, but the versions are fixed.
_CONF = """\
server.default_listen_address=127.0.0.1
server.bolt.enabled=true
server.http.enabled=true
server.https.enabled=false
server.memory.pagecache.size={pagecache}m
internal.dbms.bolt.netty_server_shutdown_quiet_period=0
dbms.usage_report.enabled=false
client.allow_telemetry=false
"""
_CONF_2026 = "dbms.fleet_manager.enabled=false\n"
# What the server's own start script gives Java.
_OPTIONS = [
    "-XX:+UseG1GC",
    "-XX:-OmitStackTraceInFastThrow",
    "-XX:+ExitOnOutOfMemoryError",
    "-XX:ErrorFile=logs/crash.%p.log",
    "--add-opens=java.base/java.nio=ALL-UNNAMED",
    "--add-opens=java.base/java.io=ALL-UNNAMED",
    "--add-opens=java.base/sun.nio.ch=ALL-UNNAMED",
    "--enable-native-access=ALL-UNNAMED",
    "-Djava.awt.headless=true",
    "-Dio.netty.tryReflectionSetAccessible=true",
    "-Dlog4j2.disable.jmx=true",
]


def fetch(kind: Kind, reporter: Reporter | None) -> tuple[Path, Path]:
    """The Java and the jars of this kind, fetched if need be.

    Raises:
        EngineError: they are not there and cannot be fetched.
    """
    version, _ = _VERSIONS[kind]
    java = java_25() if kind == "neo4j" else java_21(reporter)
    return java, jars(version, reporter)


def prepare(home: Home, kind: Kind, heap: str, query_seconds: float) -> Launch:
    """Make the store ready and say how to start its server.

    Raises:
        EngineError: the heap is impossible, the store cannot be written, or its password is lost.
    """
    java, lib = fetch(kind, None)
    _, main = _VERSIONS[kind]
    size = heap_bytes(heap)
    store = home.path / kind
    try:
        for directory in (store, store / "conf", store / "logs"):
            private_directory(directory)
        conf = _CONF.format(pagecache=max(64, size // 4 >> 20)) + (_CONF_2026 if kind == "neo4j" else "")
        private_file(store / "conf" / "neo4j.conf", conf)
        if secret(store) is None:
            if (store / "data" / "databases").exists():
                raise EngineError(
                    f"The password of {store} is lost: {store / 'secret'} is gone.",
                    "Put the file back, or move the store away to begin a new one.",
                )
            new_secret(store)
        if not (store / "data" / "databases").exists():
            _set_password(java, lib, store)
    except OSError as error:
        raise cannot_write(store, error) from error
    bolt, http = free_ports()
    return Launch(
        kind=kind,
        argv=[
            str(java),
            f"-Xmx{heap}",
            *_OPTIONS,
            "-cp",
            f"{lib}/*",
            main,
            f"--home-dir={store}",
            f"--config-dir={store / 'conf'}",
            "--console-mode",
            "-c",
            f"db.transaction.timeout={query_seconds * 1000:.0f}ms",
            "-c",
            "server.bolt.listen_address=127.0.0.1:{bolt}",
            "-c",
            "server.bolt.advertised_address=127.0.0.1:{bolt}",
            "-c",
            "server.http.listen_address=127.0.0.1:{http}",
            "-c",
            "server.http.advertised_address=127.0.0.1:{http}",
        ],
        cwd=str(store),
        username=_USER,
        database=_DATABASE,
        browser=True,
        log="logs/neo4j.log",
        console="logs/console.log",
        seconds=240,
        bolt=bolt,
        http=http,
    )


def _set_password(java: Path, lib: Path, store: Path) -> None:
    # The tool takes the password as an argument, or as a file of arguments: the latter shows it to nobody.
    command = [str(java), "-Xmx256m", "-cp", f"{lib}/*", "org.neo4j.cli.AdminTool"]
    command += ["dbms", "set-initial-password", "@secret"]
    environment = os.environ | {"NEO4J_HOME": str(store), "NEO4J_CONF": str(store / "conf")}
    done = subprocess.run(command, cwd=store, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        of_java = ("WARNING", "Picked up ")
        said = [line for line in (done.stderr + done.stdout).splitlines() if not line.startswith(of_java)]
        why = next((line.strip()[:300] for line in said if line.strip()), f"exit {done.returncode}")
        raise EngineError(f"Neo4j's password could not be set: {why}", f"Look into {store}.")
