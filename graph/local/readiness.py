"""Waiting for an engine to come up, and saying why if it does not."""

from __future__ import annotations

import re
import time
from pathlib import Path
from typing import Protocol

from refnet.core.errors import EngineError
from refnet.graph.local import bolt
from refnet.graph.local.launch import Launch
from refnet.graph.local.ports import answers, listens
from refnet.graph.local.state import HOST, State

_TAKEN = re.compile(r"Unable to listen|already in use|BindException")
_REASONS = (
    (
        re.compile(r"locked by another process|[Ss]tore.*lock|FileLockException|OverlappingFileLock"),
        "The store {store} is in use by another process.",
        "Stop that one, or set REFNET_HOME to another directory.",
    ),
    (
        re.compile(r"No space left on device|Disk quota exceeded"),
        "The disk is full: the engine cannot write to {store}.",
        "Free some space, or set REFNET_HOME.",
    ),
    (
        re.compile(
            r"Could not reserve enough space|insufficient memory|[Tt]oo small .*heap|[Ii]nvalid .*heap"
        ),
        "The engine cannot have the heap it was told to take: {line}",
        "Set REFNET_ENGINE_HEAP to another size.",
    ),
    (
        re.compile(r"OutOfMemoryError"),
        "The engine ran out of memory while it started.",
        "Set REFNET_ENGINE_HEAP to more.",
    ),
    (
        re.compile(r"Read-only file system|Permission denied|AccessDenied"),
        "The engine cannot write to {store}: {line}",
        "Make it writable, or set REFNET_HOME.",
    ),
)
_TELLING = re.compile(r"SEVERE|ERROR|Caused by|Exception|Error")


class PortTaken(Exception):
    """Somebody else took a port between our choosing it and the engine's listening."""


class Watcher(Protocol):
    """Whoever waits: knows whether the engine lives and whether to go on."""

    asked: bool

    def alive(self, state: State) -> bool:
        """Whether the engine still runs."""

    def wait(self, seconds: float) -> None:
        """Sleep."""


def wait_ready(launch: Launch, state: State, watcher: Watcher) -> None:
    """Return when the engine lets us in and answers `RETURN 1`.

    Raises:
        PortTaken: to be tried again with other ports.
        EngineError: it ended, hangs, or does not let us in.
    """
    started = time.monotonic()
    ports, refused = {state.bolt, state.http}, ""
    while watcher.alive(state):
        if watcher.asked:
            raise EngineError("The engine was asked to stop while it started.")
        if answers(state.bolt) and listens(state.engine.pid, ports):
            try:
                bolt.login(HOST, state.bolt, state.username, state.password, state.database)
            except bolt.Refused as no:
                refused = no.code
                if "Security" in no.code:
                    raise EngineError(
                        f"The engine in {launch.cwd} does not take its password ({no.code}).",
                        f"Was {launch.cwd}/secret changed? Put it back, or move the store away.",
                    ) from None
            except OSError:
                pass
            else:
                return
        elif _TAKEN.search(_text(launch)):
            raise PortTaken
        if time.monotonic() - started > launch.seconds:
            why = f" (it says {refused})" if refused else ""
            raise EngineError(
                f"The engine did not answer within {launch.seconds:.0f} s{why}.{_last_lines(launch)}",
                f"See {state.log}.",
            )
        watcher.wait(0.05)
    if watcher.asked:
        raise EngineError("The engine was asked to stop while it started.")
    if _TAKEN.search(_text(launch)):
        raise PortTaken
    raise _reason(launch, state)


def _reason(launch: Launch, state: State) -> EngineError:
    text = _text(launch)
    for pattern, message, hint in _REASONS:
        if found := pattern.search(text):
            start = text.rfind("\n", 0, found.start()) + 1
            line = text[start:].partition("\n")[0].strip()
            return EngineError(message.format(store=launch.cwd, line=line), hint)
    log = state.log if Path(state.log).exists() else Path(launch.cwd) / launch.console
    return EngineError(f"The engine ended while it started.{_last_lines(launch)}", f"See {log}.")


def _text(launch: Launch) -> str:
    text = ""
    for name in (launch.console, launch.log):
        try:
            text += (Path(launch.cwd) / name).read_text(encoding="utf-8", errors="replace")
        except OSError:
            continue
    return text


def _last_lines(launch: Launch, count: int = 5) -> str:
    lines = [line.strip()[:300] for line in _text(launch).splitlines() if line.strip()]
    telling = [line for line in lines if _TELLING.search(line)] or lines
    return "".join(f"\n  {line}" for line in telling[-count:])
