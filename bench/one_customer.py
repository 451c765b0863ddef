"""One customer's influence by Cypher: through refnet's Graph against the bare driver, by the size of the graph.

Both send the very same statement with the same parameters and take the rows: refnet by `Graph.query`; the driver as its
manual has it (`execute_query`, a transaction each) and as sparingly as it goes (`session.run`, a session each).
"""

from __future__ import annotations

import random
import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, LiteralString, cast

import neo4j
import numpy as np

from bench.influence import DECAY, HOPS, forest
from bench.stored import holding
from bench.table import Table
from refnet.core.settings import load_settings
from refnet.graph import Graph, catalogue, local

PEOPLE = (10, 100, 1_000)
CUSTOMERS = 5  # who have so many below
CALLS = 20  # for each of them, a round
CHILDREN = 3  # that everybody in a planted tree brings

QUERIES: Mapping[str, Mapping[str, Any]] = {
    "influence/one": {"hops": HOPS, "decay": DECAY, "value": "revenue"},
    "influence/spread": {"probability": 0.1},
}


def compare(
    home: Path, kind: local.Kind, sizes: Sequence[int], rounds: int, shuffled: random.Random
) -> Table:
    """Milliseconds an answer, refnet's against the driver's, and a large graph's against the smallest's."""
    table = Table(
        f"One customer, {HOPS} hops, on {kind}, heap {load_settings().engine_heap}, medians of {rounds} rounds, in "
        f"each {CALLS} calls for each of {CUSTOMERS} customers",
        (
            "", "people below", "customers in all", "refnet, ms", "execute_query, ms", "session.run, ms",
            "refnet is of execute_query", "of session.run", "refnet is of the smallest graph",
        ),
    )  # fmt: skip
    smallest: dict[tuple[str, int], float] = {}
    for size in sorted(sizes):
        referrer, referee, value, planted = planting(size)
        with holding(home / str(size), kind, referrer, referee, value) as graph:
            measured = _asked(graph, planted, rounds, shuffled)
        for (name, people), times in measured.items():
            ours, managed, lean = (statistics.median(each) * 1e3 for each in times.values())
            first = smallest.setdefault((name, people), ours)
            table.row(
                name, f"{people:,}", f"{size:,}", f"{ours:.2f}", f"{managed:.2f}", f"{lean:.2f}",
                f"{ours / managed:.2f}", f"{ours / lean:.2f}", f"{ours / first:.2f}",
            )  # fmt: skip
    driver, grown = (max(float(row[column]) for row in table.rows) for column in (-2, -1))
    table.figure(
        f"one customer {kind}",
        f"at most {driver:.2f} × `session.run`; {max(sizes):,} customers against {min(sizes):,}: at most {grown:.2f} ×",
    )
    return table


def planting(size: int) -> tuple[np.ndarray, np.ndarray, np.ndarray, dict[int, list[int]]]:
    """The forest, and customers in it who have so many below: trees in which everybody brings three.

    In the forest itself nobody has more than some tens.
    """
    referrer, referee, value = forest(size)
    rng = np.random.default_rng(7)
    of_trees = rng.permutation(size)[: sum(CUSTOMERS * (1 + people) for people in PEOPLE)]
    kept = ~(np.isin(referrer, of_trees) | np.isin(referee, of_trees))
    referrers, referees = [referrer[kept]], [referee[kept]]
    roots: dict[int, list[int]] = {}
    for people in PEOPLE:
        for _ in range(CUSTOMERS):
            tree, of_trees = of_trees[: 1 + people], of_trees[1 + people :]
            roots.setdefault(people, []).append(int(tree[0]))
            referrers.append(tree[np.arange(people) // CHILDREN])
            referees.append(tree[1:])
    return np.concatenate(referrers), np.concatenate(referees), value, roots


def _asked(
    graph: Graph, customers: Mapping[int, Sequence[int]], rounds: int, shuffled: random.Random
) -> dict[tuple[str, int], dict[str, list[float]]]:
    """Seconds of each call, by query and number of people below, by who asks; a first round does not count."""
    database, driver = graph.at.database, graph._driver

    def ours(name: str, given: dict[str, Any]) -> list[Any]:
        return graph.query(name, **given).values

    def managed(name: str, given: dict[str, Any]) -> list[Any]:
        text = cast("LiteralString", catalogue()[name].text)
        answer = driver.execute_query(text, given, database_=database, routing_=neo4j.RoutingControl.READ)
        return [list(row.values()) for row in answer.records]

    def lean(name: str, given: dict[str, Any]) -> list[Any]:
        text = cast("LiteralString", catalogue()[name].text)
        with driver.session(database=database, default_access_mode=neo4j.READ_ACCESS) as session:
            return [list(row.values()) for row in session.run(text, given)]

    sides: dict[str, Callable[[str, dict[str, Any]], list[Any]]] = {
        "refnet": ours,
        "execute_query": managed,
        "session.run": lean,
    }
    asked = [
        (name, people, {"customerId": str(one), **parameters})
        for name, parameters in QUERIES.items()
        for people, those in customers.items()
        for one in those
    ]
    for name, people, given in asked:
        first, *others = (side(name, given) for side in sides.values())
        assert all(answer == first for answer in others)
        assert name != "influence/one" or first[0][2] == people, (given, first)
    times: dict[tuple[str, int], dict[str, list[float]]] = {}
    for turn in range(1 + rounds):
        calls = [(side, *each) for side in sides for each in asked] * CALLS
        for side, name, people, given in shuffled.sample(calls, len(calls)):
            started = time.perf_counter()
            sides[side](name, given)
            took = time.perf_counter() - started
            if turn:
                times.setdefault((name, people), {each: [] for each in sides})[side].append(took)
    return {(name, people): times[name, people] for name, people, _ in asked}
