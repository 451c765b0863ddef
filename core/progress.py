"""Progress for a person who waits: what is being done, how much of it and how fast, what is refused, how long it takes.

In a terminal a line is redrawn; elsewhere (logs, CI) a line is written when a stage ends, and every ten seconds
while a long one runs. It goes to stderr, so that `--json` on stdout stays clean.
"""

from __future__ import annotations

import shutil
import sys
import time
from contextlib import AbstractContextManager
from typing import Protocol, TextIO


class Progress(Protocol):
    """What a stage of work tells while it runs."""

    def advance(self, rows: int, *, rejected: int = 0, passed: int = 0) -> None:
        """`rows` more are done, so many `rejected`, so many `passed` over with nothing to be done with them."""


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
        self.done = self.rejected = self._passed = 0
        self._written = ""

    def __enter__(self) -> _Stage:
        self._started = self._shown = time.monotonic()
        if self._out is not None and self._out.isatty():
            self._draw(end="")
        return self

    def advance(self, rows: int, *, rejected: int = 0, passed: int = 0) -> None:
        self.done += rows
        self.rejected += rejected
        self._passed += passed
        if self._out is None:
            return
        now = time.monotonic()
        pause, end = (0.1, "") if self._out.isatty() else (10.0, "\n")
        if now - self._shown >= pause:
            self._shown = now
            self._draw(end)

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if self._out is not None:
            self._draw("\n", ended=True, failed=kind is not None)

    def _draw(self, end: str, *, ended: bool = False, failed: bool = False) -> None:
        assert self._out is not None
        took = time.monotonic() - self._started
        through = self.done + self.rejected + self._passed
        text = ""
        if self.done or self.rejected or self._total:
            of = f" of {self._total:,}" if self._total is not None and self._total != self.done else ""
            text += f" {self.done:,}{of} {self._unit}"
        if took > 0.05 and self.done:
            text += f"  {self.done / took:,.0f}/s"
        if self.rejected:
            text += f"  {self.rejected:,} rejected"
        text += f"  {took:.1f} s"
        if failed:
            text += "  stopped"
        elif not ended and self._total is not None and took > 1 and 0 < through < self._total:
            text += f"  {_left(took / through * (self._total - through))} left"
        if not self._out.isatty():
            # A stage that advances only when it is done would say so twice.
            if text != self._written:
                self._out.write(f"  {self._name:<28}{text}{end}")
            self._written = text
        else:
            self._out.write(f"\r{_fitted(self._name, text, ended=ended)}\x1b[K{end}")
        self._out.flush()


def _left(seconds: float) -> str:
    """So long yet, as exactly as it can be known."""
    if seconds < 100:
        return f"{max(seconds, 1):.0f} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 100 else f"{minutes // 60} h {minutes % 60:02} min"


def _fitted(name: str, text: str, *, ended: bool) -> str:
    """A line for the terminal; while it is rewritten it must not be longer than that is wide, or it would pile up."""
    wide = shutil.get_terminal_size().columns - 1
    line = f"  {name:<28}{text}"
    if ended or len(line) <= wide:
        return line
    # The name gives way: the figures are what is looked at.
    room = max(wide - len(text) - 2, 0)
    short = name if len(name) <= room else f"{name[: room - 1]}…" if room > 1 else ""
    return f"  {short}{text}"[:wide]


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
