"""Progress for a person who waits: what is being done, how much of it, how fast.

In a terminal a line is redrawn; elsewhere (logs, CI) a line is written when a stage ends, and now and then
while a long one runs. It goes to stderr, so that `--json` on stdout stays clean.
"""

from __future__ import annotations

import sys
import time
from contextlib import AbstractContextManager
from typing import Protocol, TextIO


class Progress(Protocol):
    """What a stage of work tells while it runs."""

    def advance(self, rows: int) -> None:
        """`rows` more are done."""


class Reporter(Protocol):
    """Where stages are reported."""

    def stage(
        self, name: str, total: int | None = None, unit: str = "rows"
    ) -> AbstractContextManager[Progress]:
        """Open a stage, to be used in a `with` statement."""

    def say(self, text: str) -> None:
        """A line of its own."""


class _Stage:
    def __init__(self, out: TextIO | None, name: str, total: int | None, unit: str) -> None:
        self._out, self._name, self._total, self._unit = out, name, total, unit
        self.done = 0

    def __enter__(self) -> _Stage:
        self._started = self._shown = time.monotonic()
        if self._out is not None and self._out.isatty():
            self._draw(end="")
        return self

    def advance(self, rows: int) -> None:
        self.done += rows
        if self._out is None:
            return
        now = time.monotonic()
        pause, end = (0.1, "") if self._out.isatty() else (10.0, "\n")
        if now - self._shown >= pause:
            self._shown = now
            self._draw(end)

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if self._out is not None:
            self._draw("\n", failed=kind is not None)

    def _draw(self, end: str, *, failed: bool = False) -> None:
        assert self._out is not None
        took = time.monotonic() - self._started
        of = f" of {self._total:,}" if self._total is not None and self._total != self.done else ""
        text = f"  {self._name:<28}"
        if self.done or self._total:
            rate = f"  {self.done / took:,.0f}/s" if took > 0.05 and self.done else ""
            text += f" {self.done:,}{of} {self._unit}{rate}"
        text += f"  {took:.1f} s"
        if failed:
            text += "  stopped"
        terminal = self._out.isatty()
        self._out.write(f"\r{text}\x1b[K{end}" if terminal else f"{text}{end}")
        self._out.flush()


class Console:
    """Reports to a stream, stderr unless told otherwise."""

    def __init__(self, out: TextIO | None = None) -> None:
        self._out = out if out is not None else sys.stderr

    def stage(self, name: str, total: int | None = None, unit: str = "rows") -> _Stage:
        """Open a stage, to be used in a `with` statement."""
        return _Stage(self._out, name, total, unit)

    def say(self, text: str) -> None:
        """A line of its own."""
        # In the middle of a stage its line is there already, and is drawn again below.
        self._out.write(f"\r{text}\x1b[K\n" if self._out.isatty() else f"{text}\n")
        self._out.flush()


class Quiet:
    """Reports nothing: for notebooks, libraries and tests."""

    def stage(self, name: str, total: int | None = None, unit: str = "rows") -> _Stage:
        """Open a stage, to be used in a `with` statement."""
        return _Stage(None, name, total, unit)

    def say(self, text: str) -> None:
        """Nothing."""
