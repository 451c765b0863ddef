"""What the next command needs to know: which engine runs in a home, where it listens, its password.

The state file is private to its owner. It names two processes, the engine (Java) and its keeper, each with
the moment it was born, so that another process that got the same number later is never taken for ours. This
module imports nothing heavy: finding a running engine has to cost milliseconds.
"""

from __future__ import annotations

import errno
import json
import os
import socket
import sys
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Literal

from refnet.core.errors import EngineError

Kind = Literal["embedded", "neo4j", "neo4j5"]
Phase = Literal["starting", "ready", "stopping"]
HOST = "127.0.0.1"
EMBEDDED = "embedded"
"""The directory of the embedded engine's store in its home."""


@dataclass(frozen=True)
class Running:
    """An engine that runs and answers.

    `browser` is the address of Neo4j Browser, where the engine serves it; `log` the file the engine writes.
    """

    kind: Kind
    uri: str
    username: str
    password: str = field(repr=False)
    database: str
    pid: int
    browser: str | None
    started_at: datetime
    store: Path
    log: Path


@dataclass(frozen=True)
class Process:
    """A process that cannot be mistaken for a later one of the same number."""

    pid: int
    birth: str

    @classmethod
    def of(cls, pid: int) -> Process:
        """The process that has this number now."""
        return cls(pid, birth(pid) or "")

    def alive(self) -> bool:
        """Whether it still runs; one that has ended and waits to be collected does not."""
        return bool(self.birth) and birth(self.pid) == self.birth

    def signal(self, number: int) -> None:
        """Send it a signal, if it still runs."""
        if self.alive():
            with suppress(ProcessLookupError):
                os.kill(self.pid, number)


def birth(pid: int) -> str | None:
    """When this process was born, as a text that stays the same while it lives; None: no such process."""
    if sys.platform != "linux":
        return _birth_elsewhere(pid)
    try:
        # Counted from the machine's start, not from a clock that may be set while the engine runs.
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
        boot = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
    except OSError:
        return None
    fields = stat[stat.rindex(")") + 2 :].split()
    return None if fields[0] in "ZX" else f"{boot} {fields[19]}"


def _birth_elsewhere(pid: int) -> str | None:
    import psutil

    try:
        process = psutil.Process(pid)
        return None if process.status() == psutil.STATUS_ZOMBIE else f"{process.create_time():.2f}"
    except psutil.Error:
        return None


@dataclass(frozen=True)
class State:
    """The content of the state file."""

    phase: Phase
    kind: Kind
    bolt: int
    http: int
    username: str
    password: str = field(repr=False)
    database: str
    browser: bool
    started_at: str
    store: str
    log: str
    idle_minutes: float | None
    engine: Process
    keeper: Process

    def running(self) -> Running:
        """The part that a client needs."""
        return Running(
            kind=self.kind,
            uri=f"bolt://{HOST}:{self.bolt}",
            username=self.username,
            password=self.password,
            database=self.database,
            pid=self.engine.pid,
            browser=f"http://{HOST}:{self.http}/browser/" if self.browser else None,
            started_at=datetime.fromisoformat(self.started_at),
            store=Path(self.store),
            log=Path(self.log),
        )

    def answers(self) -> bool:
        """Whether the engine lives and takes connections."""
        if self.phase != "ready" or not self.engine.alive():
            return False
        try:
            socket.create_connection((HOST, self.bolt), timeout=2).close()
        except OSError:
            return False
        return True

    def dead(self) -> bool:
        """Whether nothing of it is left but the file."""
        return not self.engine.alive() and not self.keeper.alive()


class Home:
    """Where things are in a home: `engine/` is ours, each kind has its store beside it."""

    def __init__(self, path: Path) -> None:
        self.path = path.expanduser().absolute()
        self.engine = self.path / "engine"
        self.file = self.engine / "state.json"
        self.lock = self.engine / "lock"
        self.used = self.engine / "used"
        self.keeper_log = self.engine / "keeper.log"

    def make(self) -> None:
        """Create what is missing, closed to others.

        Raises:
            EngineError: it cannot be created or written.
        """
        try:
            if not self.path.exists():
                self.path.mkdir(parents=True)
                (self.path / ".gitignore").write_text("*\n", encoding="ascii")
            private_directory(self.engine)
            self.used.touch(0o600)
        except OSError as error:
            raise cannot_write(self.path, error) from error

    def read(self) -> State | None:
        """The state file's content; None if there is none, or none that this version understands."""
        try:
            content = json.loads(self.file.read_text(encoding="utf-8"))
            content["engine"], content["keeper"] = Process(**content["engine"]), Process(**content["keeper"])
            return State(**content)
        except (FileNotFoundError, NotADirectoryError, ValueError, TypeError, KeyError):
            return None
        except OSError as error:
            raise EngineError(
                f"{self.file} cannot be read: {error.strerror}.",
                "Is it another user's? Give REFNET_HOME another place.",
            ) from error

    def write(self, state: State) -> None:
        """Replace the state file at once: a reader sees the old or the new, never half of one."""
        private_file(self.file, json.dumps(asdict(state), indent=1))

    def forget(self, engine: Process) -> None:
        """Remove the state file, if it is about this engine."""
        state = self.read()
        if state is not None and state.engine == engine:
            self.file.unlink(missing_ok=True)


def private_directory(path: Path) -> None:
    """Make a directory that only its owner can enter."""
    path.mkdir(mode=0o700, exist_ok=True)
    path.chmod(0o700)


def private_file(path: Path, text: str) -> None:
    """Write a file that only its owner can read, at once."""
    part = path.with_name(f"{path.name}.{os.getpid()}")
    try:
        with os.fdopen(
            os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8"
        ) as file:
            file.write(text)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def cannot_write(path: Path, error: OSError, setting: str = "REFNET_HOME") -> EngineError:
    """The sentence for a home that cannot be written."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return EngineError(
            f"The disk is full: {path} cannot be written.", f"Free some space, or set {setting}."
        )
    if error.errno in (errno.EEXIST, errno.ENOTDIR):
        taken = error.filename or path
        return EngineError(
            f"{taken} is in the way: a directory is needed there.", f"Move it, or set {setting}."
        )
    return EngineError(f"{path} cannot be written: {error.strerror}.", f"Set {setting} to a place that can.")
