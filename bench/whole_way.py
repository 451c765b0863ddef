"""From graph to graph: `refnet analyze` against a bare driver that reads the same columns and writes the same rows.

The bare driver works nothing out, keeps nothing of what was before, and tells nobody; its transactions are as large as
refnet's. All the scores are new, in a graph that had none; or all of them are others than it had; or none.
"""

from __future__ import annotations

import json
import os
import random
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import neo4j

from bench.influence import forest, store
from bench.memory import status
from bench.table import Table
from refnet.analysis.influence.analyze import analyze
from refnet.analysis.influence.network import Network
from refnet.core.progress import Progress, Quiet
from refnet.graph import Graph, connect
from refnet.graph.connection import Answer

_SCORES = (
    "influence", "ecrDirect", "ecrNetwork", "conservedCredit", "downline", "longestChain", "percentile", "band",
    "quadrant",
)  # fmt: skip
_READS = (
    "MATCH (n:Customer) RETURN n.customerId, n.revenue, n.cltv, "
    + ", ".join(f"n.{name}" for name in _SCORES),
    "MATCH (n:Affiliate) "
    "RETURN n.affiliateId, n.influence, n.ecrNetwork, n.conservedCredit, n.downline, n.longestChain",
    "MATCH (referee:Customer)<-[r:REFERRED]-(referrer) "
    "RETURN referrer.customerId, referrer.affiliateId, referee.customerId, r.credit",
)
_WRITE = (
    "UNWIND range(0, size($ids) - 1) AS i\nMATCH (n:Customer {customerId: $ids[i]})\nSET "
    + ", ".join(f"n.{name} = ${name}[i]" for name in _SCORES)
    + ", n.scoreVersion = $version, n.scoredAt = datetime($at), n.scoreChangedAt = datetime($at)"
)
_FORGET = "SET " + ", ".join(
    f"n.{name} = null"
    for name in (
        *_SCORES, "scoreVersion", "scoredAt", "scoreChangedAt", "scoresBefore", "scoredBefore", "bandBefore",
        "quadrantBefore", "quadrantHistory",
    )
)  # fmt: skip
_PART = 10_000

Statements = list[tuple[str, Mapping[str, Any]]]


class _Recorder(Graph):
    """Passes everything on and remembers what is written of scores."""

    def __init__(self, graph: Graph) -> None:
        self.__dict__.update(graph.__dict__)
        self.written: list[Statements] = []

    def write_all(self, statements: Iterable[tuple[str, Mapping[str, Any]]]) -> list[Answer]:
        all_of_it = list(statements)
        self.written.append([(_WRITE, parameters) for _, parameters in all_of_it])
        return super().write_all(all_of_it)


class _Stages(Quiet):
    """Remembers how long each stage took, and the most memory this process had in it."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self.peaks: dict[str, int] = {}

    def stage(self, name: str, total: int | None = None, unit: str = "rows") -> Any:
        stages, peaks, inner = self.seconds, self.peaks, super().stage(name, total, unit)

        class Timed:
            def __enter__(self) -> Progress:
                self.began = time.perf_counter()
                Path("/proc/self/clear_refs").write_text("5")  # the peak begins anew
                return inner.__enter__()

            def __exit__(self, *error: Any) -> None:
                stages[name] = stages.get(name, 0.0) + time.perf_counter() - self.began
                peaks[name] = status("VmHWM")
                inner.__exit__(*error)

        return Timed()


def compare(graph: Graph, customers: int, rounds: int, shuffled: random.Random) -> list[Table]:
    """Both, for each of what there may be to write, and how many times as long refnet takes; and its memory."""
    referrer, referee, value = forest(customers)
    store(graph, referrer, referee, value)
    before = _recorded(graph)
    finished = "MERGE (a:Analysis {version: 1}) SET a.settings = $settings, a.finishedAt = datetime($at)"
    told = graph.read("MATCH (a:Analysis) RETURN a.settings AS settings, toString(a.finishedAt) AS at").one()
    _set(graph, "SET n.revenue = n.revenue + 100.0")
    after = _recorded(graph)
    nothing: list[Statements] = []
    kind = graph.engine.kind if graph.engine is not None else "server"
    table = Table(
        f"{customers:,} customers, {len(referee):,} referrals, on {kind}, {rounds} rounds",
        ("", "median s", "least s", "times the bare driver", "of the median: read, work out, write"),
    )

    def forget() -> None:
        _set(graph, _FORGET)
        graph.write_alone("MATCH (a:Analysis) DELETE a")

    def as_before() -> None:
        _send(graph, before)
        graph.write_alone("MATCH (a:Analysis) WHERE a.version > 1 DELETE a")
        # The bare driver leaves none: without it these scores would be those of an analysis that was broken off.
        graph.write_alone(finished, **told)

    cases: dict[str, tuple[Callable[[], None], list[Statements]]] = {
        "a first analysis": (forget, after),
        "every score another": (as_before, after),
        "no score another": (lambda: _send(graph, after), nothing),
    }
    ratios: dict[str, float] = {}
    for case, (reset, writes) in cases.items():
        times: dict[str, list[float]] = {"refnet analyze": [], "bare driver": []}
        stages: list[dict[str, float]] = []
        for _ in range(rounds):
            for name in shuffled.sample(list(times), len(times)):
                reset()
                watch = _Stages()
                started = time.perf_counter()
                if name == "refnet analyze":
                    summary = analyze(graph, reporter=watch)
                else:
                    _bare(graph, writes)
                times[name].append(time.perf_counter() - started)
                if name == "refnet analyze":
                    stages.append(watch.seconds)
                    assert summary.changed == sum(len(p["ids"]) for part in writes for _, p in part), summary
        bare = statistics.median(times["bare driver"])
        middle = sorted(zip(times["refnet analyze"], range(rounds), strict=True))[rounds // 2][1]
        for name, seconds in times.items():
            parts = ", ".join(f"{took:.1f}" for took in stages[middle].values())
            table.times(
                f"{case}: {name}",
                seconds,
                statistics.median(seconds) / bare,
                parts if name == "refnet analyze" else "",
            )
        ratios[case] = statistics.median(times["refnet analyze"]) / bare
    figures = ", ".join(f"{case} {ratio:.2f} ×" for case, ratio in ratios.items())
    table.figure(f"whole way {kind}", f"{customers:,} customers: {figures}")
    as_before()
    return [table, _footprint(graph, customers, kind)]


def _footprint(graph: Graph, customers: int, kind: str) -> Table:
    """The peak of memory of each stage where every score is another, in a process of its own."""
    running = graph.engine
    assert running is not None
    at = {"NEO4J_URI": running.uri, "NEO4J_USERNAME": running.username, "NEO4J_PASSWORD": running.password}
    done = subprocess.run(
        [sys.executable, "-m", "bench.whole_way"], env=os.environ | at, stdout=subprocess.PIPE, check=True
    )
    told = json.loads(done.stdout)
    table = Table(
        f"Memory of the process that analyzes, {customers:,} customers, every score another, on {kind}",
        ("stage", "at most, bytes a customer"),
    )
    for stage, most in told.items():
        table.row(stage, f"{most / customers:.0f}")
    table.figure(f"whole way memory {kind}", f"{max(told.values()) / customers:.0f} bytes a customer at most")
    return table


def _stages() -> dict[str, int]:
    small = forest(200_000)
    Network(*small[:2], nodes=200_000).influence(small[2])  # numba and its code are no customer's
    watch = _Stages()
    with connect() as graph:
        graph.query("scores/latest")
        before = status("VmRSS")
        analyze(graph, reporter=watch)
    return {stage: most - before for stage, most in watch.peaks.items()}


def _set(graph: Graph, what: str) -> None:
    """Do something to every customer, so many at a time that an engine of any size bears it."""
    ids = [row["customerId"] for row in graph.query("upkeep/everyone")]
    for start in range(0, len(ids), _PART):
        part = ids[start : start + _PART]
        graph.write(f"UNWIND $ids AS id MATCH (n:Customer {{customerId: id}}) {what}", ids=part)


def _recorded(graph: Graph) -> list[Statements]:
    """Analyze, and what that wrote."""
    recorder = _Recorder(graph)
    analyze(recorder)
    return recorder.written


def _bare(graph: Graph, writes: list[Statements]) -> None:
    with graph._driver.session(database=graph.at.database, default_access_mode=neo4j.READ_ACCESS) as session:
        held = [[list(row.values()) for row in session.run(text)] for text in _READS]
        assert held
    _send(graph, writes)


def _send(graph: Graph, writes: list[Statements]) -> None:
    with graph._driver.session(database=graph.at.database) as session:
        for transaction in writes:
            session.execute_write(_all, transaction)


def _all(tx: Any, statements: Statements) -> None:
    for statement, parameters in statements:
        tx.run(statement, parameters).consume()


if __name__ == "__main__":
    sys.stdout.write(json.dumps(_stages()))
