"""What a connection does when it is cut: by a relay between the driver and the engine."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import suppress
from urllib.parse import urlsplit

import pytest

from refnet.core.errors import StoreError
from refnet.graph import Graph, connect


class Relay:
    """Passes bytes on to a port, both ways, and cuts all connections when it is told to."""

    def __init__(self, host: str, port: int) -> None:
        self._to = (host, port)
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port = self._listening.getsockname()[1]
        self._open: list[socket.socket] = []
        self.taken = 0
        threading.Thread(target=self._take, daemon=True).start()

    def _take(self) -> None:
        with suppress(OSError):
            while True:
                near, _ = self._listening.accept()
                self.taken += 1
                far = socket.create_connection(self._to)
                self._open += [near, far]
                for one, other in ((near, far), (far, near)):
                    threading.Thread(target=self._pass, args=(one, other), daemon=True).start()

    def _pass(self, one: socket.socket, other: socket.socket) -> None:
        with suppress(OSError):
            while data := one.recv(1 << 16):
                other.sendall(data)

    def cut(self) -> None:
        """All connections at once; new ones are taken."""
        for each in self._open:
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
            each.close()
        self._open.clear()

    def close(self) -> None:
        with suppress(OSError):
            self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()
        self.cut()


@pytest.fixture
def relay(graph: Graph) -> Iterator[Relay]:
    at = urlsplit(graph.at.uri)
    relay = Relay(at.hostname or "", at.port or 7687)
    yield relay
    relay.close()


def test_what_is_read_is_asked_again_where_the_connection_is_cut(graph: Graph, relay: Relay) -> None:
    at = graph.at
    with connect(
        f"bolt://127.0.0.1:{relay.port}",
        username=at.username,
        password=at.password,
        database=at.database,
    ) as through:
        through.write("CREATE (:Customer {customerId: 'ann'})")
        for _ in range(3):
            before = relay.taken
            relay.cut()
            assert through.query("customers/search", text="ann", limit=5).one()["customerId"] == "ann"
            assert relay.taken > before
        with pytest.raises(StoreError):
            through.read("this is no Cypher")


def test_more_rows_than_an_engine_holds_by_itself(graph: Graph) -> None:
    """Half a million is what the embedded engine would group or sort unless told."""
    grouped = (
        "UNWIND range(1, 600000) AS n WITH toString(n) AS name, count(*) AS times RETURN sum(times) AS times"
    )
    assert graph.read(grouped).one()["times"] == 600_000
