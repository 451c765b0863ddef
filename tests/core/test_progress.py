"""What a person sees who waits: on a terminal a line that is rewritten, elsewhere a line now and then."""

from __future__ import annotations

import io
import os
import pty
import re
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from refnet.core import progress
from refnet.core.progress import Console, Progress


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    """Moves the clock that rates are reckoned by."""
    now = 100.0
    monkeypatch.setattr(progress.time, "monotonic", lambda: now)

    def move(seconds: float) -> None:
        nonlocal now
        now += seconds

    return move


def test_a_log_gets_a_line_every_ten_seconds(clock: Callable[[float], None]) -> None:
    out = io.StringIO()
    with Console(out).stage("orders", 1_000_000) as stage:
        for _ in range(20):
            clock(2)
            stage.advance(40_000, rejected=5)
    lines = out.getvalue().splitlines()
    assert len(lines) == 5
    assert "\r" not in out.getvalue()
    assert re.sub(" +", " ", lines[0]) == (
        " orders 200,000 of 1,000,000 rows 20,000/s 25 rejected 10.0 s 40 s left"
    )
    assert re.sub(" +", " ", lines[-1]) == " orders 800,000 of 1,000,000 rows 20,000/s 100 rejected 40.0 s"


def test_rows_that_are_refused_or_passed_over_need_no_more_time(clock: Callable[[float], None]) -> None:
    out = io.StringIO()
    with Console(out).stage("orders", 1_000) as stage:
        clock(20)
        stage.advance(100, rejected=100, passed=300)
        clock(20)
        stage.advance(500)
    first, second = out.getvalue().splitlines()  # the end has nothing to add
    assert first.endswith("100 of 1,000 rows  5/s  100 rejected  20.0 s  20 s left")
    assert second.endswith("600 of 1,000 rows  15/s  100 rejected  40.0 s")


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(0.2, "1 s"), (99, "99 s"), (100, "2 min"), (5_000, "83 min"), (7_260, "2 h 01 min")],
)
def test_time_left_is_as_exact_as_it_can_be(seconds: float, said: str) -> None:
    assert progress._left(seconds) == said


def test_a_stage_that_breaks_off_says_so(clock: Callable[[float], None]) -> None:
    out = io.StringIO()

    def broken() -> None:
        with Console(out).stage("orders", 1_000) as stage:
            clock(5)
            stage.advance(10)
            raise KeyError

    with pytest.raises(KeyError):
        broken()
    assert out.getvalue().endswith("2/s  5.0 s  stopped\n")


@contextmanager
def _terminal(columns: int) -> Iterator[tuple[io.TextIOWrapper, list[bytes]]]:
    """A real terminal: what is written to it, and what it gets."""
    ours, theirs = pty.openpty()
    got: list[bytes] = []

    def read() -> None:
        while True:
            try:
                got.append(os.read(ours, 65_536))
            except OSError:  # the other end is closed
                return

    reader = threading.Thread(target=read, daemon=True)
    reader.start()
    with pytest.MonkeyPatch.context() as patch, os.fdopen(theirs, "w") as out:
        patch.setenv("COLUMNS", str(columns))
        yield out, got
    reader.join(5)
    os.close(ours)


def _work(stage: Progress) -> None:
    for _ in range(5):
        time.sleep(0.3)
        stage.advance(123_456, rejected=7)


@pytest.mark.parametrize("columns", [60, 80, 200])
def test_on_a_terminal_one_line_is_rewritten(columns: int) -> None:
    with _terminal(columns) as (out, got), Console(out).stage("orders of somebody", 12_000_000) as stage:
        _work(stage)
    text = b"".join(got).decode()
    assert text.count("\n") == 1
    drawn = text.rstrip("\r\n").split("\r")[1:]
    assert len(drawn) >= 5
    assert all(len(line.removesuffix("\x1b[K")) < columns for line in drawn[:-1])
    assert all(line.endswith("\x1b[K") for line in drawn)
    assert re.search(r"617,280 of 12,000,000 rows +[\d,]+/s +35 rejected +\d\.\d s\x1b", drawn[-1])
    if columns >= 80:
        assert re.search(
            r"617,280 of 12,000,000 rows +[\d,]+/s +35 rejected +\d\.\d s +\d+ s left", drawn[-2]
        )
