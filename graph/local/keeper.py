"""The keeper: the small process beside an engine that starts it, watches it and ends it.

It is called with the home (see control.py). What to start comes through stdin, the outcome goes to stdout, as
one line of JSON each; then the keeper lets go of both and stays alone. It ends the engine on SIGTERM, and
after a while without clients; when the engine ends, by itself or killed, it removes the state file. Killed
itself, it leaves the engine running: the next command finds that by the state file and puts a new keeper
beside it.
"""

from __future__ import annotations

import json
import os
import select
import signal
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from refnet.core.errors import EngineError
from refnet.graph.local.launch import Launch, secret
from refnet.graph.local.ports import clients, free_ports
from refnet.graph.local.readiness import PortTaken, wait_ready
from refnet.graph.local.state import Home, Process, State, cannot_write

_PATIENCE = 30.0  # seconds an engine gets to stop by itself
_ATTEMPTS = 3


class Keeper:
    """One engine and its state file."""

    def __init__(self, home: Home, idle_minutes: float | None) -> None:
        self.home, self.idle_minutes = home, idle_minutes
        self.me = Process.of(os.getpid())
        self.child: subprocess.Popen[bytes] | None = None
        # Signals wake the waiting at once: their numbers arrive in this pipe.
        self.wake, wake = os.pipe()
        os.set_blocking(self.wake, False)
        os.set_blocking(wake, False)
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGCHLD):
            signal.signal(number, lambda *_: None)
        signal.set_wakeup_fd(wake)
        self.asked = False

    def launch(self, launch: Launch) -> State:
        """Start the engine and wait until it answers.

        Raises:
            EngineError: it does not come up; it is ended by then and its state file gone.
        """
        ports = launch.bolt, launch.http
        for attempt in range(1, _ATTEMPTS + 1):
            state = self._spawn(launch, *ports)
            try:
                wait_ready(launch, state, self)
                state = replace(state, phase="ready")
                self.home.write(state)
                return state
            except PortTaken:
                self.end(state)
                if attempt == _ATTEMPTS:
                    raise EngineError(
                        f"The engine found its port taken {_ATTEMPTS} times in a row.", "Try again."
                    ) from None
                ports = free_ports()
            except OSError as error:
                self.end(state)
                raise cannot_write(self.home.path, error) from error
            except EngineError:
                self.end(state)
                raise
        raise AssertionError

    def _spawn(self, launch: Launch, bolt: int, http: int) -> State:
        store = Path(launch.cwd)
        log, console = store / launch.log, store / launch.console
        password = secret(store) or ""
        for file in (log, console):  # so that what is read there is of this start
            with suppress(FileNotFoundError):
                file.rename(file.with_name(f"{file.stem}.before{file.suffix}"))
        # Without a UTF-8 locale Java cannot name files beyond ASCII.
        environment = {name: value for name, value in os.environ.items() if not name.startswith("LC_")}
        environment |= {"LC_ALL": "C.UTF-8"} if sys.platform == "linux" else {}
        with console.open("wb") as out:
            try:
                self.child = subprocess.Popen(
                    launch.command(bolt, http),
                    cwd=store,
                    env=environment,
                    stdin=subprocess.DEVNULL,
                    stdout=out,
                    stderr=subprocess.STDOUT,
                    start_new_session=True,
                )
            except OSError as error:
                raise EngineError(
                    f"Java cannot be run: {launch.argv[0]}: {error.strerror}.",
                    "Install refnet again, on a disk from which programs may run.",
                ) from error
        state = State(
            phase="starting",
            kind=launch.kind,
            bolt=bolt,
            http=http,
            username=launch.username,
            password=password,
            database=launch.database,
            browser=launch.browser,
            started_at=datetime.now(UTC).isoformat(timespec="seconds"),
            store=str(store),
            log=str(log),
            idle_minutes=self.idle_minutes,
            engine=Process.of(self.child.pid),
            keeper=self.me,
        )
        self.home.write(state)
        return state

    def adopt(self) -> State:
        """Stand beside an engine whose keeper is gone."""
        state = self.home.read()
        if state is None or not state.engine.alive():
            raise EngineError("The engine ended meanwhile.", "Try again.")
        state = replace(state, keeper=self.me)
        self.idle_minutes = state.idle_minutes
        self.home.write(state)
        return state

    def watch(self, state: State) -> None:
        """Stay until the engine ends, is to end, or has had no clients for long."""
        idle = None if self.idle_minutes is None else self.idle_minutes * 60
        pause = 1.0 if idle is None else min(1.0, idle / 10)
        look = 0.0 if idle is None else min(5.0, idle / 10)
        last_used = last_look = time.monotonic()
        mark = self._mark()
        while self.alive(state) and not self.asked:
            self.wait(pause)
            now = time.monotonic()
            if idle is None or now - last_look < look:
                continue
            last_look = now
            if clients(state.engine.pid, state.bolt) or self._mark() != mark:
                last_used, mark = now, self._mark()
            elif now - last_used >= idle:
                # A command that comes now leaves its mark before it looks, and we look for marks after saying
                # that we stop: one of the two sees the other.
                self.home.write(replace(state, phase="stopping"))
                if self._mark() == mark:
                    break
                self.home.write(state)
                last_used, mark = now, self._mark()
        self.end(state)

    def _mark(self) -> int:
        try:
            return self.home.used.stat().st_mtime_ns
        except OSError:
            return 0

    def alive(self, state: State) -> bool:
        """Whether the engine still runs."""
        return self.child.poll() is None if self.child is not None else state.engine.alive()

    def wait(self, seconds: float) -> None:
        """Sleep, but wake when the engine ends or somebody asks us to stop."""
        if select.select([self.wake], [], [], seconds)[0]:
            self.asked |= not {signal.SIGTERM, signal.SIGINT}.isdisjoint(os.read(self.wake, 64))

    def end(self, state: State) -> None:
        """End the engine, if it still runs, and remove the state file."""
        with suppress(OSError):  # a full disk must not keep the engine up
            if self.alive(state):
                self.home.write(replace(state, phase="stopping"))
        for number, patience in ((signal.SIGTERM, _PATIENCE), (signal.SIGKILL, 5.0)):
            if self.alive(state):
                state.engine.signal(number)
            until = time.monotonic() + patience
            while self.alive(state) and time.monotonic() < until:
                self.wait(0.05)
        self.child = None
        self.home.forget(state.engine)


def main(arguments: list[str]) -> None:
    """Become a process of nobody, start or adopt, answer, watch."""
    if os.fork():
        os._exit(0)  # the one who called collects this one; the keeper itself belongs to nobody
    os.setsid()
    os.umask(0o077)
    os.chdir("/")
    order = json.loads(sys.stdin.read())
    home = Home(Path(arguments[0]))
    keeper = Keeper(home, order["idle_minutes"])
    answer: dict[str, str] = {}
    state = None
    try:
        state = keeper.launch(Launch(**order["launch"])) if order["launch"] else keeper.adopt()
    except EngineError as error:
        answer = {"message": error.message, "hint": error.hint}
    except OSError as error:
        sentence = cannot_write(home.path, error)
        answer = {"message": sentence.message, "hint": sentence.hint}
    with suppress(BrokenPipeError):  # who asked may be gone: the engine serves the next one
        print(json.dumps(answer), flush=True)  # noqa: T201
    if state is None:
        return  # who asked reads on until we are gone
    nothing = os.open(os.devnull, os.O_RDWR)
    os.dup2(nothing, 0)
    os.dup2(nothing, 1)
    keeper.watch(state)
