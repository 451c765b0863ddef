"""Killed at any moment and run again: the graph of a load that was never interrupted."""

from __future__ import annotations

import os
import random
from pathlib import Path

import pytest

from refnet.graph import Graph
from tests.conftest import wipe
from tests.loaders.conftest import picture
from tests.loaders.interrupted.conftest import Loads
from tests.loaders.interrupted.files import files, write

MOMENTS = int(os.environ.get("REFNET_TEST_MOMENTS", "4"))
"""How many of each kind are tried; 0: every one."""


@pytest.fixture
def sets(tmp_path: Path) -> tuple[Path, Path]:
    return write(tmp_path / "first", files(False)), write(tmp_path / "second", files(True))


def spread(count: int) -> range:
    """Moments over a whole load, the first and the last of them included."""
    return range(1, count + 1, max(1, (count - 1) // MOMENTS if MOMENTS else 1))


def test_a_first_load(graph: Graph, loads: Loads, sets: tuple[Path, Path]) -> None:
    first, _ = sets
    loads.load(first)  # makes constraints and indexes, which stay
    whole = picture(graph)
    wipe(graph)
    count = loads.load(first)["moments"]
    assert picture(graph) == whole
    resumed = 0
    for at in spread(count):
        wipe(graph)
        assert "killed" in loads.load(first, at=at), at
        again = loads.load(first)
        resumed += bool(again["skipped"])
        assert picture(graph) == whole, at
        assert not len(graph.query("loads/unsettled"))
    assert resumed


def test_loads_over_each_other(graph: Graph, loads: Loads, sets: tuple[Path, Path]) -> None:
    """Whose orders a killed load has moved nobody remembers, and their figures follow all the same."""
    pictures, counts = [], []
    for directory in (*sets, *sets):
        counts.append(loads.load(directory)["moments"])
        pictures.append(picture(graph))
    count = min(counts[2:])
    assert pictures[2:] != pictures[:2], "late is there from the second on"
    whole = pictures[2:]
    assert whole[0] != whole[1]
    for turn, at in enumerate(spread(count)):
        assert "killed" in loads.load(sets[turn % 2], at=at), at
        if turn % 5 == 4:  # once more, at some other moment
            loads.load(sets[turn % 2], at=count // 2)
        loads.load(sets[turn % 2])
        assert picture(graph) == whole[turn % 2], at


def test_another_load_after_it(graph: Graph, loads: Loads, sets: tuple[Path, Path], tmp_path: Path) -> None:
    """What it has left undone is done by whatever is loaded next, of other tables, too."""
    other = write(tmp_path / "other", {"visits.csv": "day,visits\n2024-01-01,1"})
    count = min(loads.load(directory)["moments"] for directory in (*sets, sets[0]))
    for turn, at in enumerate(list(spread(count))[-5:]):
        assert "killed" in loads.load(sets[1 - turn % 2], at=at)
        assert loads.load(other)["skipped"] == {}
        assert graph.read(WRONG).values == [], at
        assert loads.load(sets[1 - turn % 2])["skipped"] == {}, "another load came in between"


def test_at_any_time(graph: Graph, loads: Loads, sets: tuple[Path, Path]) -> None:
    """By the clock, wherever that is: in a statement, while rows are read, between files."""
    took = 0.0
    for directory in (*sets, *sets):
        took = max(took, loads.load(directory)["seconds"])
    whole = picture(graph)
    chance = random.Random(7)
    for _ in range(MOMENTS or 20):
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
