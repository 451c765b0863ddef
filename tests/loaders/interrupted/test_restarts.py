"""Engines and servers that end in the middle of a load: it goes on by itself when they are back, and says so."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from refnet.graph import Graph, connect, local
from tests.loaders.conftest import picture
from tests.loaders.interrupted.conftest import Loads
from tests.loaders.interrupted.files import files, write


class Street:
    """An address that stays, whatever port the server behind it has after it was started again."""

    def __init__(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port, self.to = self._listener.getsockname()[1], 0
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            try:
                near, _ = self._listener.accept()
            except OSError:  # closed: the test is over
                return
            try:
                far = socket.create_connection(("127.0.0.1", self.to))
            except OSError:
                near.close()
            else:
                for a, b in ((near, far), (far, near)):
                    threading.Thread(target=self._pass_on, args=(a, b), daemon=True).start()

    def close(self) -> None:
        """No more than what goes through already."""
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    @staticmethod
    def _pass_on(a: socket.socket, b: socket.socket) -> None:
        with suppress(OSError):
            while block := a.recv(2**16):
                b.sendall(block)
        for each in (a, b):
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
            each.close()


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Path]:
    yield tmp_path / "own"
    local.stop(tmp_path / "own")


@pytest.fixture
def engine(kind: local.Kind, home: Path) -> local.Running:
    return local.start(home, kind, idle_minutes=10)


def graph_of(engine: local.Running) -> Graph:
    return connect(engine.uri, username=engine.username, password=engine.password, database=engine.database)


def test_it_ends_in_the_middle(
    engine: local.Running,
    home: Path,
    graph: Graph,
    loads: Loads,
    server: subprocess.Popen[str],
    tmp_path: Path,
) -> None:
    street, said = Street(), tmp_path / "said"
    street.to = port_of(engine)
    (tmp_path / "home").mkdir(exist_ok=True)
    by_address = Loads(
        server,
        {
            "REFNET_HOME": str(tmp_path / "home"),
            "NEO4J_URI": f"bolt://127.0.0.1:{street.port}",
            "NEO4J_USERNAME": engine.username,
            "NEO4J_PASSWORD": engine.password,
            "NEO4J_DATABASE": engine.database,
        },
    )
    by_home = Loads(server, {"REFNET_HOME": str(home)})
    first, second = write(tmp_path / "first", files(False)), write(tmp_path / "second", files(True))
    for directory in (second, first):
        loads.load(directory)  # where all is warm
    whole = picture(graph)

    def killed() -> None:
        found = local.running(home)
        assert found is not None
        os.kill(found.pid, signal.SIGKILL)

    def killed_and_started() -> None:
        killed()
        time.sleep(1)
        street.to = port_of(local.start(home, engine.kind, idle_minutes=10))

    def stopped_and_started() -> None:
        local.stop(home)
        time.sleep(1)
        street.to = port_of(local.start(home, engine.kind, idle_minutes=10))

    tried: list[tuple[Loads, Callable[[], None], str, str]] = [
        (by_home, killed, "the local engine", "customers "),
        (by_home, killed, "the local engine", "identity "),
        (by_address, stopped_and_started, f"bolt://127.0.0.1:{street.port}", "orders "),
        (by_address, killed_and_started, f"bolt://127.0.0.1:{street.port}", "tokens "),
    ]
    # A Neo4j takes half a minute to be there again: of its accidents one a version, each of another way to reach it.
    chosen = {"embedded": tried, "neo4j": tried[1:2], "neo4j5": tried[3:]}[engine.kind]
    for way, accident, called, when in chosen:
        now = local.start(home, engine.kind)
        street.to = port_of(now)
        by_home.load(second)
        said.write_text("", encoding="utf-8")
        outcome: list[dict[str, Any]] = []
        load = threading.Thread(
            target=lambda way=way, outcome=outcome: outcome.append(way.load(first, said=str(said)))
        )
        load.start()
        until = time.monotonic() + 120
        while when not in said.read_text(encoding="utf-8") and load.is_alive():
            assert time.monotonic() < until, said.read_text(encoding="utf-8")
            time.sleep(0.01)
        accident()
        load.join()
        assert outcome, said.read_text(encoding="utf-8")
        told = said.read_text(encoding="utf-8")
        assert f"{called} does not answer: trying again" in told
        assert f"{called} answers again" in told
        with graph_of(local.start(home, engine.kind)) as again:
            assert picture(again) == whole, when
    street.close()


def port_of(engine: local.Running) -> int:
    return int(engine.uri.rpartition(":")[2])


def test_questions_are_not_patient(tmp_path: Path) -> None:
    """Only loads wait: whoever asks is told at once."""
    home = tmp_path / "own"
    with graph_of(local.start(home)) as graph:
        assert local.stop(home)
        began = time.monotonic()
        with pytest.raises(Exception, match="Nobody answers"):
            graph.query("export/currency")
        assert time.monotonic() - began < 45
