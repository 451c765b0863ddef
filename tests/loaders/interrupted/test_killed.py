"""Killed at any moment and run again: the graph of a load that was never interrupted."""

from __future__ import annotations

import os
import random
from pathlib import Path

import pytest

from refnet.graph import Graph, local
from tests.conftest import wipe
from tests.loaders.conftest import picture
from tests.loaders.interrupted.conftest import Loads
from tests.loaders.interrupted.files import files, write

MOMENTS = int(os.environ.get("REFNET_TEST_MOMENTS", "4"))
"""How many of each kind are tried on the embedded engine, and half of it on each server; 0: every one."""

TIMES = dict.fromkeys(("neo4j", "neo4j5"), (MOMENTS + 1) // 2 or 20) | {"embedded": MOMENTS or 20}


@pytest.fixture
def sets(tmp_path: Path) -> tuple[Path, Path]:
    return write(tmp_path / "first", files(False)), write(tmp_path / "second", files(True))


def spread(count: int, kind: local.Kind) -> range:
    """Moments over a whole load, others on each engine: what a load does, and in what order, is the same on all.

    The embedded engine has the first and the last, and some between; each server half as many, between those.
    """
    step = max(1, (count - 1) // MOMENTS if MOMENTS else 1)
    if kind == "embedded" or step == 1:
        return range(1, count + 1, step)
    return range(1 + (step // 3 if kind == "neo4j" else step * 5 // 3), count + 1, 2 * step)


def test_a_first_load(graph: Graph, kind: local.Kind, loads: Loads, sets: tuple[Path, Path]) -> None:
    first, _ = sets
    loads.load(first)  # makes constraints and indexes, which stay
    whole = picture(graph)
    wipe(graph)
    count = loads.load(first)["moments"]
    assert picture(graph) == whole
    resumed = 0
    for at in spread(count, kind):
        wipe(graph)
        assert "killed" in loads.load(first, at=at), at
        again = loads.load(first)
        resumed += bool(again["skipped"])
        assert picture(graph) == whole, at
        assert not len(graph.query("loads/unsettled"))
    assert resumed


def test_loads_over_each_other(graph: Graph, kind: local.Kind, loads: Loads, sets: tuple[Path, Path]) -> None:
    """Whose orders a killed load has moved nobody remembers, and their figures follow all the same."""
    pictures, counts = [], []
    for directory in (*sets, *sets):
        counts.append(loads.load(directory)["moments"])
        pictures.append(picture(graph))
    count = min(counts[2:])
    assert pictures[2:] != pictures[:2], "late is there from the second on"
    whole = pictures[2:]
    assert whole[0] != whole[1]
    for turn, at in enumerate(spread(count, kind)):
        assert "killed" in loads.load(sets[turn % 2], at=at), at
        if turn % 3 == 1:  # once more, at some other moment
            loads.load(sets[turn % 2], at=count // 2)
        loads.load(sets[turn % 2])
        assert picture(graph) == whole[turn % 2], at


def test_another_load_after_it(
    graph: Graph, kind: local.Kind, loads: Loads, sets: tuple[Path, Path], tmp_path: Path
) -> None:
    """What it has left undone is done by whatever is loaded next, of other tables, too."""
    other = write(tmp_path / "other", {"visits.csv": "day,visits\n2024-01-01,1"})
    count = min(loads.load(directory)["moments"] for directory in (*sets, sets[0]))
    for turn, at in enumerate(list(spread(count, kind))[-5:]):
        assert "killed" in loads.load(sets[1 - turn % 2], at=at)
        assert loads.load(other)["skipped"] == {}
        assert graph.read(WRONG).values == [], at
        assert loads.load(sets[1 - turn % 2])["skipped"] == {}, "another load came in between"


def test_at_any_time(graph: Graph, kind: local.Kind, loads: Loads, sets: tuple[Path, Path]) -> None:
    """By the clock, wherever that is: in a statement, while rows are read, between files."""
    took = 0.0
    for directory in (*sets, *sets):
        took = max(took, loads.load(directory)["seconds"])
    whole = picture(graph)
    chance = random.Random(kind)  # other times on each engine
    for _ in range(TIMES[kind]):
        loads.load(sets[0])
        loads.load(sets[1], kill_after=chance.uniform(0, took))
        loads.load(sets[1])
        assert picture(graph) == whole


WRONG = """\
MATCH (c:Customer)
OPTIONAL MATCH (c)-[:PLACED]->(o:Order)
WITH c, count(o) AS orders, sum(o.amount - coalesce(o.refunded, 0)) AS revenue
WHERE c.orders <> orders OR (orders > 0 AND abs(c.revenue - revenue) > 0.001)
RETURN c.customerId AS customerId, c.orders AS has, orders"""
