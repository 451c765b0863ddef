"""Turns: one load at a time into a server, from whatever machine; a killed one is not waited for.

Who loads has the only :Turn, and shows every second that it lives. Who waits takes it when the owner has not been seen
to for a while that the server was there, or at once when its process was on this machine and is gone. The embedded
engine belongs to one machine: a lock on a file does there.
"""

from __future__ import annotations

import os
import socket
import threading
import time
import uuid
from contextlib import suppress
from pathlib import Path
from types import TracebackType

from refnet.core.errors import StoreError, StoreUnavailable
from refnet.core.progress import Quiet, Reporter
from refnet.graph import statements
from refnet.graph.catalogue import catalogue
from refnet.graph.connection import Graph
from refnet.graph.local.state import Process
from refnet.graph.model import TURN

BEAT_SECONDS = 1.0
GONE_SECONDS = 15.0
"""An owner who does not show for so long has gone."""

_ASK_SECONDS = 0.3
_CONSTRAINT_ATTEMPTS = 5


class Turn:
    """The turn to load, waited for and held; to be used in a `with` statement.

    Args:
        graph: of a server.
        reporter: told where another load has to be waited for.

    Raises:
        StoreError: the graph cannot be reached; or, at a later write, the turn has gone to another load, since this
            one has stood still for too long.
    """

    def __init__(self, graph: Graph, reporter: Reporter | None = None) -> None:
        self._graph, self._reporter = graph, reporter or Quiet()
        self._owner, self._me = str(uuid.uuid4()), Process.of(os.getpid())
        self._shown = 0.0
        self._ended, self._lock = threading.Event(), threading.Lock()
        self._thread = threading.Thread(target=self._beat, name="refnet-turn", daemon=True)

    def __enter__(self) -> Turn:
        self._make_unique()
        self._take()
        self._shown = time.monotonic()
        self._graph.guard = self._still_mine
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._graph.guard = None
        self._ended.set()
        self._thread.join()
        with suppress(StoreError):  # whoever waits will see that nobody shows
            self._once("turns/free", owner=self._owner, beat=None)

    def _make_unique(self) -> None:
        """Two who begin at once on an empty server must not have a turn each."""
        for attempt in range(_CONSTRAINT_ATTEMPTS):
            try:
                self._graph.write_alone(statements.unique(TURN))
            except StoreUnavailable:
                raise
            except StoreError:  # both make it at once: then it is there
                if attempt == _CONSTRAINT_ATTEMPTS - 1:
                    raise
                time.sleep(_ASK_SECONDS)
            else:
                return

    def _take(self) -> None:
        seen, since, told = ("", -1), 0.0, False
        machine = _machine()
        while True:
            there = self._graph.query(
                "turns/ask", owner=self._owner, machine=machine, pid=self._me.pid, birth=self._me.birth
            ).one()
            if there["owner"] == self._owner:
                return
            if not told:
                told = True
                self._reporter.say("another load or analysis is running: waiting for it to end")
            now = time.monotonic()
            if (there["owner"], there["beat"]) != seen:
                seen, since = (there["owner"], there["beat"]), now
            dead = there["machine"] == machine and not Process(there["pid"], there["birth"]).alive()
            if dead or now - since > GONE_SECONDS:
                self._graph.query("turns/free", owner=there["owner"], beat=there["beat"])
            else:
                time.sleep(_ASK_SECONDS)

    def _beat(self) -> None:
        while not self._ended.wait(BEAT_SECONDS):
            with suppress(StoreError):
                self._show()

    def _show(self) -> bool:
        with self._lock:
            at = time.monotonic()
            if not len(self._once("turns/hold", owner=self._owner)):
                return False
            self._shown = at
            return True

    def _still_mine(self) -> None:
        """Before a write: who has stood still for long, as when a machine sleeps, asks first."""
        if time.monotonic() - self._shown < GONE_SECONDS / 3:
            return
        with suppress(StoreUnavailable):  # the write itself will tell, or wait
            if not self._show():
                raise StoreError(
                    "Another load has begun, since this one stood still for too long.",
                    "Run the same command again: it waits for the other one and goes on.",
                )

    def _once(self, name: str, **parameters: object) -> list[object]:
        return list(self._graph.once(catalogue()[name].text, **parameters))


def _machine() -> str:
    """This machine, and in it what numbers processes: a container has numbers of its own."""
    try:
        return f"{socket.gethostname()} {Path('/proc/self/ns/pid').stat().st_ino}"
    except OSError:
        return socket.gethostname()
