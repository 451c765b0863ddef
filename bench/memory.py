"""The loader's own memory at millions of rows: the loading process's peak (VmHWM of /proc, so on Linux only), by rows.

Into a Neo4j 5.26, which is another process; or, unless a server is asked for, with a graph that takes everything and
keeps nothing, so that all is measured but the driver. Each file is loaded by a process of its own.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from bench import made
from bench.table import Table
from refnet import loaders
from refnet.core.progress import Console, Progress
from refnet.core.settings import load_settings
from refnet.graph import Graph, connect, local
from refnet.graph.connection import Answer

_SHARES = (0.1, 0.2, 0.5, 1.0)
_COLUMNS = ("", *(f"MiB at {share:.0%}" for share in _SHARES), "MiB in the end", "seconds", "rows/s")


# What a load asks of a graph by name and wants an answer to, where there is nothing.
_NOTHING = {
    "loads/lowered-revenue": Answer(["customers", "byOrders", "byColumn"], [[0, 0.0, 0.0]]),
    "duplicates/count": Answer(["orders"], [[0]]),
}


class _Nothing(Graph):
    """Takes everything and keeps nothing."""

    sent_again = False

    def __init__(self) -> None:
        self.engine = None

    def query(self, name: str, **parameters: Any) -> Answer:
        return _NOTHING[name] if name in _NOTHING else super().query(name, **parameters)

    def read(self, statement: str, **parameters: Any) -> Answer:  # noqa: ARG002
        return Answer(["waiting"], [[0]] if "AS waiting" in statement else [])

    write = write_alone = read

    def write_all(self, statements: Iterable[tuple[str, Mapping[str, Any]]]) -> list[Answer]:
        return [Answer([], []) for _ in statements]


class _Watch(Console):
    """Tells progress, and notes the process's peak when so many rows are through."""

    def __init__(self, marks: list[int]) -> None:
        super().__init__()
        self.marks, self.peaks = marks, list[int]()

    @contextmanager
    def stage(self, name: str, total: int | None = None, unit: str = "rows") -> Iterator[Progress]:  # type: ignore[override]
        watch, done = self, 0
        with super().stage(name, total, unit) as stage:

            class Noting:
                def advance(self, rows: int, *, rejected: int = 0, passed: int = 0) -> None:
                    nonlocal done
                    stage.advance(rows, rejected=rejected, passed=passed)
                    done += rows
                    while len(watch.peaks) < len(watch.marks) and done >= watch.marks[len(watch.peaks)]:
                        watch.peaks.append(status("VmHWM"))

            yield Noting()


def measure(home: Path, rows: int, *, server: bool) -> list[Table]:
    """A table of the peaks: of three kinds of files; on a server of the one whose rows are quickest to take."""
    settings = load_settings()
    if not server:
        table = Table(
            f"Peak of the loading process, files of {rows:,} rows, nothing sent; {_idle():.0f} MiB before any file",
            _COLUMNS,
        )
        for name, write in KINDS.items():
            path = home / name.split()[0] / f"{name.split()[0]}.csv"
            path.parent.mkdir()
            write(path, rows)
            _row(table, name, path, rows, home, {})
            path.unlink()
        return [table]
    path = home / "visits" / "visits.csv"
    path.parent.mkdir()
    made.write_visits(path, rows)
    running = local.start(home, "neo4j5", heap=settings.engine_heap, idle_minutes=None, reporter=Console())
    try:
        table = Table(
            f"Peak of the loading process, a file of {rows:,} rows into Neo4j 5.26, heap {settings.engine_heap}",
            _COLUMNS,
        )
        at = {
            "NEO4J_URI": running.uri,
            "NEO4J_USERNAME": running.username,
            "NEO4J_PASSWORD": running.password,
        }
        _row(table, "visits", path, rows, home, at)
    finally:
        local.stop(home)
    return [table]


KINDS = {
    "customers": made.write_customers,
    "orders of a fifth as many customers": lambda path, rows: made.write_orders(path, rows, rows // 5),
    "visits": made.write_visits,
}


def _row(table: Table, name: str, path: Path, rows: int, home: Path, at: Mapping[str, str]) -> None:
    environment = {k: v for k, v in os.environ.items() if not k.startswith("NEO4J_")} | {
        "REFNET_HOME": str(home)
    }
    done = subprocess.run(
        [sys.executable, "-m", "bench.memory", str(path), *(str(int(rows * share)) for share in _SHARES)],
        env=environment | at,
        stdout=subprocess.PIPE,
        check=True,
    )
    told = json.loads(done.stdout)
    peaks = [f"{each / 2**20:,.0f}" for each in [*told["peaks"], told["end"]]]
    table.row(name, *peaks, f"{told['seconds']:.0f}", f"{rows / told['seconds']:,.0f}")


def status(what: str) -> int:
    """What /proc says of this process's memory, in bytes: VmRSS, now; VmHWM, at most."""
    held = Path("/proc/self/status").read_text().splitlines()
    return next(int(row.split()[1]) * 1024 for row in held if row.startswith(what))


def _idle() -> float:
    done = subprocess.run([sys.executable, "-m", "bench.memory"], stdout=subprocess.PIPE, check=True)
    return float(json.loads(done.stdout)["end"]) / 2**20


def _load(path: Path, marks: list[int]) -> dict[str, Any]:
    watch, began = _Watch(marks), time.monotonic()
    graph = connect() if "NEO4J_URI" in os.environ else _Nothing()
    loaders.load(graph, path, reporter=watch)
    return {"peaks": watch.peaks, "end": status("VmHWM"), "seconds": time.monotonic() - began}


if __name__ == "__main__":
    if len(sys.argv) == 1:
        told: dict[str, Any] = {"end": status("VmHWM")}
    else:
        told = _load(Path(sys.argv[1]), [int(mark) for mark in sys.argv[2:]])
    sys.stdout.write(json.dumps(told))
