"""Everyone's influence to 6 hops on a Neo4j server: Cypher, formulated in several ways, against the arrays.

What is only answered is taken by the client, row by row; what is written is one property, in transactions of as many
rows as `refnet analyze` has in its own. That writes nine measures and what they were of: the whole way, once.
"""

from __future__ import annotations

import random
import statistics
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from bench.influence import DECAY, HOPS, forest
from bench.stored import holding
from bench.table import Table
from refnet.analysis.influence.analyze import analyze
from refnet.analysis.influence.network import Network
from refnet.core.settings import Settings, load_settings
from refnet.graph import Graph, catalogue, local

_REFERRERS = "MATCH (c:Customer)\nWHERE EXISTS { (c)-[:REFERRED]->() }\n"
_TRANSACTIONS = "IN TRANSACTIONS OF 5000 ROWS"
_WORTH = "reduce(w = 1.0, r IN relationships(path) | w * r.credit) * $decay ^ (length(path) - 1) * p.revenue"


def _nested(depth: int = 1) -> str:
    """What is below, by a subquery for each hop: no paths are made."""
    below = f"CALL (p{depth}) {{ {_nested(depth + 1)} }} " if depth < HOPS else ""
    more = f" + $decay * s{depth + 1}" if depth < HOPS else ""
    return (
        f"MATCH (p{depth - 1})-[r{depth}:REFERRED]->(p{depth}:Customer) {below}"
        f"RETURN sum(r{depth}.credit * (p{depth}.revenue{more})) AS s{depth}"
    )


READ: dict[str, str] = {
    "influence/everyone": catalogue()["influence/everyone"].text,
    "paths of each referrer in a subquery": _REFERRERS
    + f"CALL (c) {{ MATCH path = (c)-[:REFERRED*1..{HOPS}]->(p:Customer) RETURN sum({_WORTH}) AS influence }}\n"
    + "RETURN c.customerId AS customerId, influence",
    "a quantified pattern": f"MATCH (c:Customer) ((a)-[r:REFERRED]->(b)){{1,{HOPS}}} (p:Customer)\n"
    "RETURN c.customerId AS customerId, sum(\n"
    "  reduce(w = 1.0, x IN r | w * x.credit) * $decay ^ (size(r) - 1) * p.revenue) AS influence",
    "a subquery for each hop": "MATCH (p0:Customer)\nWHERE EXISTS { (p0)-[:REFERRED]->() }\n"
    + f"CALL (p0) {{ {_nested()} }}\nRETURN p0.customerId AS customerId, s1 AS influence",
}
_PATHS = (
    _REFERRERS
    + f"CALL (c) {{ MATCH path = (c)-[:REFERRED*1..{HOPS}]->(p:Customer)\n"
    + f"WITH c, sum({_WORTH}) AS influence SET c.h0 = influence }} {_TRANSACTIONS}"
)
_FORGET = (
    "MATCH (c:Customer) WHERE c.h0 IS NOT NULL CALL (c) { SET c.h0 = null, c.h1 = null, c.h2 = null } "
    + _TRANSACTIONS
)


def _level(now: str, before: str) -> str:
    """influence_k(v) = Σ credit · (value(u) + decay · influence_{k-1}(u)): a pass over all referrals for each hop."""
    return (
        _REFERRERS
        + "CALL (c) { MATCH (c)-[r:REFERRED]->(p:Customer)\n"
        + f"WITH c, sum(r.credit * (p.revenue + $decay * coalesce(p.{before}, 0.0))) AS influence\n"
        + f"SET c.{now} = influence }} {_TRANSACTIONS}"
    )


def compare(home: Path, kind: local.Kind, customers: int, rounds: int, shuffled: random.Random) -> Table:
    """Seconds of each, and how many times as long as the kernel's they are."""
    referrer, referee, value = forest(customers)
    network = Network(referrer, referee, nodes=customers)
    truth = network.influence(value, hops=HOPS, decay=DECAY)
    with holding(home / "everyone", kind, referrer, referee, value) as graph:
        work: dict[str, Callable[[], Any]] = {
            "kernel": lambda: network.influence(value, hops=HOPS, decay=DECAY),
            "kernel, ordering included": lambda: Network(referrer, referee, nodes=customers).influence(
                value, hops=HOPS, decay=DECAY
            ),
        }
        for name, text in READ.items():
            work[f"Cypher, answered: {name}"] = lambda text=text: _answered(graph, text)
        work["Cypher, written: paths of each referrer"] = lambda: graph.write_alone(_PATHS, decay=DECAY)
        work["Cypher, written: level by level"] = lambda: _levels(graph)
        times: dict[str, list[float]] = {name: [] for name in work}
        for _ in range(rounds):
            for name in shuffled.sample(list(work), len(work)):
                graph.write_alone(_FORGET)
                started = time.perf_counter()
                answer = work[name]()
                times[name].append(time.perf_counter() - started)
                _hold(graph, name, answer, truth)
        graph.write_alone(_FORGET)
        started = time.perf_counter()
        analyze(graph, settings=Settings.model_construct(hops=HOPS, decay=DECAY))
        times["refnet analyze, once: read, worked out, written"] = [time.perf_counter() - started]
        table = Table(
            f"Everyone to {HOPS} hops, {customers:,} customers, {len(referee):,} referrals, on {kind}, "
            f"heap {load_settings().engine_heap}, {rounds} rounds",
            ("", "median s", "least s", "times the kernel's time", "times refnet analyze"),
        )
        kernel = statistics.median(times["kernel"])
        whole = times["refnet analyze, once: read, worked out, written"][0]
        for name, seconds in times.items():
            middle = statistics.median(seconds)
            table.times(name, seconds, middle / kernel, f"{middle / whole:.3g}")
        ordered = statistics.median(times["kernel, ordering included"])
        best = min(statistics.median(seconds) for name, seconds in times.items() if name.startswith("Cypher"))
        table.figure(
            f"everyone {kind}",
            f"{customers:,} customers: the best Cypher {best / ordered:,.0f} × the arrays with their ordering; "
            f"graph to graph, all measures, {whole:.0f} s",
        )
    return table


def _answered(graph: Graph, text: str) -> list[list[Any]]:
    given = {"decay": DECAY} | ({"hops": HOPS, "value": "revenue"} if "$hops" in text else {})
    return graph.read(text, **given).values


_FORGET = (
    "MATCH (c:Customer) WHERE c.h0 IS NOT NULL CALL (c) { SET c.h0 = null, c.h1 = null, c.h2 = null } "
    + _TRANSACTIONS
)


def _levels(graph: Graph) -> None:
    for hop in range(HOPS):
        now = "h0" if hop == HOPS - 1 else f"h{1 + hop % 2}"
        before = f"h{2 - hop % 2}" if hop else "h0"
        graph.write_alone(_level(now, before), decay=DECAY)


def _hold(graph: Graph, name: str, answer: Any, truth: np.ndarray) -> None:
    """That it is the same number for everyone."""
    if name.startswith("kernel"):
        assert np.array_equal(answer, truth)
        return
    if "written" in name:
        answer = graph.read("MATCH (c:Customer) WHERE c.h0 IS NOT NULL RETURN c.customerId, c.h0").values
    found = np.zeros(len(truth))
    found[[int(row[0]) for row in answer]] = [row[1] for row in answer]
    assert np.allclose(found, truth, rtol=1e-9), name
