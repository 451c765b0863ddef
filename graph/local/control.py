"""Starting, finding and stopping the engine of a home, by any number of commands at once.

One lock per home: who holds it may start or stop. Finding an engine that runs takes no lock and imports
nothing.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from refnet.core.errors import EngineError
from refnet.graph.local.ports import clients
from refnet.graph.local.state import EMBEDDED, Home, Kind, Running, State, cannot_write

if TYPE_CHECKING:
    from refnet.core.progress import Reporter
    from refnet.graph.local.launch import Launch

# The keeper is started with empty stand-ins for the packages above this one: what they import for their users
# (the driver, pandas) takes longer than the engine itself, and the keeper would hold it in memory for as long
# as it lives.
_BOOT = """\
import sys, types
for name, path in zip(("refnet", "refnet.graph"), sys.argv[1:3]):
    sys.modules[name] = types.ModuleType(name)
    sys.modules[name].__path__ = [path]
from refnet.graph.local.keeper import main
main(sys.argv[3:])
"""
_LOCK_SECONDS = 300.0  # longer than any engine is given to start
_PARTING_SECONDS = 3.0
_NAMES: dict[Kind, str] = {
    "embedded": "the embedded engine",
    "neo4j": "Neo4j 2026.08",
    "neo4j5": "Neo4j 5.26",
}


def start(
    home: Path,
    kind: Kind = "embedded",
    *,
    heap: str = "1g",
    idle_minutes: float | None = 15.0,
    query_minutes: float = 10.0,
    reporter: Reporter | None = None,
) -> Running:
    """The engine of this kind that runs in `home`, started if there is none.

    Args:
        home: the directory of the store; created if missing, and closed to other users.
        kind: `embedded`, `neo4j` (2026.08) or `neo4j5` (5.26).
        heap: memory of the engine's Java heap, for an engine that is started now.
        idle_minutes: it stops after so long without a client; None: never. For an engine that is started now.
        query_minutes: it ends a query that takes longer, whoever waits for it. For an engine that is started now.
        reporter: told what is being done when it takes long.

    Raises:
        EngineError: another kind runs there, or the engine cannot be started; says why.
    """
    place = Home(home)
    with suppress(OSError):
        os.utime(place.used)  # before looking: the keeper then knows that somebody is coming
    state = place.read()
    if state is not None and state.kind == kind and state.keeper.alive() and state.answers():
        return state.running()
    if kind != "embedded":
        from refnet.graph.local import server

        _refuse_other(state, kind)
        server.fetch(kind, reporter)  # takes minutes the first time: not under this home's lock
    place.make()
    with _locked(place):
        state = _settled(place)
        _refuse_other(state, kind)
        if state is not None and not _answers_at_last(state):
            _end(place, state, timeout=10)  # alive, but it takes no connections: of no use to anybody
            state = None
        if state is None:
            _keeper(place, _prepare(place, kind, heap, query_minutes * 60), idle_minutes)
        elif not state.keeper.alive():
            _keeper(place, None, idle_minutes)
        state = place.read()
    if state is None:
        raise EngineError("The engine ended right after it had started.", f"See {place.keeper_log}.")
    return state.running()


def running(home: Path) -> Running | None:
    """The engine that runs in `home` and takes connections, or None.

    A state file whose processes are gone is removed.

    Raises:
        EngineError: the state file is there but not ours to read.
    """
    place = Home(home)
    state = place.read()
    if state is None:
        return None
    if state.answers():
        return state.running()
    if state.dead():
        with suppress(EngineError, OSError), _locked(place, seconds=0):  # held: its holder sees to the file
            place.forget(state.engine)
    return None


def kept(home: Path) -> bool:
    """Whether there is a graph of the embedded engine in `home`; another directory's is a new one."""
    return (home / EMBEDDED).is_dir()


def stop(home: Path, *, timeout: float = 30) -> bool:
    """Stop the engine of `home`: asked first, killed after `timeout` seconds.

    Returns:
        Whether there was one.
    """
    place = Home(home)
    if place.read() is None:
        return False
    with _locked(place):
        state = place.read()
        if state is None:
            return False
        was_alive = state.engine.alive()
        _end(place, state, timeout)
        return was_alive


def leave(home: Path) -> bool:
    """Stop the engine of `home`, unless others are connected to it: it stops by itself when they have gone.

    Returns:
        Whether it was stopped.
    """
    until = time.monotonic() + _PARTING_SECONDS
    while (state := Home(home).read()) is not None and clients(state.engine.pid, state.bolt):
        if time.monotonic() > until:  # they are not our own any more
            return False
        time.sleep(0.1)
    return stop(home)


@contextmanager
def _locked(place: Home, seconds: float = _LOCK_SECONDS) -> Iterator[None]:
    from filelock import FileLock, Timeout

    lock = FileLock(place.lock, mode=0o600)
    try:
        lock.acquire(timeout=seconds)
    except Timeout:
        raise EngineError(
            f"Another command has been starting or stopping the engine of {place.path} for {seconds:.0f} s.",
            "Look for it, end it, and try again.",
        ) from None
    except OSError as error:
        raise cannot_write(place.path, error) from error
    try:
        yield
    finally:
        lock.release()


def _settled(place: Home) -> State | None:
    """The engine, once it neither starts nor stops; None if there is none, or only a dead one's file."""
    until = time.monotonic() + _LOCK_SECONDS
    while (state := place.read()) is not None:
        if state.dead():
            place.forget(state.engine)
        elif state.engine.alive() and state.keeper.alive() and state.phase != "ready":
            time.sleep(0.05)  # who began this is gone, its keeper is at it
        elif state.engine.alive():
            return state
        else:
            time.sleep(0.05)  # its keeper is about to clean up
        if time.monotonic() > until:
            _end(place, state, timeout=10)
    return None


def _answers_at_last(state: State, patience: float = 10.0) -> bool:
    """Whether it takes connections; one that is overloaded gets some time, as others may be using it."""
    until = time.monotonic() + patience
    while state.phase == "ready" and state.engine.alive() and time.monotonic() < until:
        if state.answers():
            return True
        time.sleep(0.2)
    return False


def _end(place: Home, state: State, timeout: float) -> None:
    """End engine and keeper, whichever is left, and remove their file."""
    until = time.monotonic() + timeout
    (state.keeper if state.keeper.alive() else state.engine).signal(signal.SIGTERM)
    while state.engine.alive() and time.monotonic() < until:
        time.sleep(0.02)
    state.engine.signal(signal.SIGKILL)
    until = time.monotonic() + 5
    while not state.dead() and time.monotonic() < until:
        time.sleep(0.02)
    state.keeper.signal(signal.SIGKILL)
    place.forget(state.engine)


def _refuse_other(state: State | None, kind: Kind) -> None:
    if state is not None and state.kind != kind and state.engine.alive():
        raise EngineError(
            f"{_NAMES[state.kind].capitalize()} runs there, not {_NAMES[kind]}.",
            "Stop it first with `refnet engine stop`.",
        )


def _prepare(place: Home, kind: Kind, heap: str, query_seconds: float) -> Launch:
    if kind == "embedded":
        from refnet.graph.local import embedded

        return embedded.prepare(place, heap, query_seconds)
    from refnet.graph.local import server

    return server.prepare(place, kind, heap, query_seconds)


def _keeper(place: Home, launch: Launch | None, idle_minutes: float | None) -> None:
    """Start a keeper, with an engine or beside the one that is there, and wait for its answer."""
    order = json.dumps({"launch": asdict(launch) if launch else None, "idle_minutes": idle_minutes})
    graph = Path(__file__).parents[1]
    refnet = next(path for path in map(Path, sys.modules["refnet"].__path__) if (path / "core").exists())
    command = [sys.executable, "-P", "-c", _BOOT, str(refnet), str(graph), str(place.path)]
    try:
        with place.keeper_log.open("wb") as log:
            done = subprocess.run(
                command,
                input=order.encode(),
                stdout=subprocess.PIPE,
                stderr=log,
                cwd=place.engine,
                check=False,
            )
    except OSError as error:
        raise cannot_write(place.path, error) from error
    try:
        answer = json.loads(done.stdout)
    except ValueError:
        said = place.keeper_log.read_text(encoding="utf-8", errors="replace").strip().splitlines()[-1:]
        raise EngineError(
            f"The engine's keeper ended at once{': ' + said[0] if said else ''}.", f"See {place.keeper_log}."
        ) from None
    if answer:
        raise EngineError(answer["message"], answer["hint"])
