"""Erasures that are killed at any moment and run again: nobody can tell who it was, and all the rest is as it was."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from refnet.graph import Graph, local
from tests.conftest import wipe
from tests.dump import difference
from tests.loaders.conftest import picture
from tests.loaders.interrupted.conftest import Loads
from tests.loaders.interrupted.files import files, write
from tests.loaders.interrupted.test_killed import spread

# By three ids, an affiliate too, with tokens that others share, claims, orders, landings, and rows that name them.
ASKED = "c1"
THEIRS = re.compile(r"\b(c1|stripe:1|old1|f1|Name 1)\b|\bmail1@")
TOTALS = (
    "MATCH (c:Customer) RETURN count(c), sum(c.revenue), sum(c.orders), sum(c.cltv)",
    "MATCH (n) WHERE NOT n:LoadRun AND NOT n:Alias AND NOT n:Token AND NOT n:Tombstone AND NOT n:Erasure "
    "RETURN labels(n)[0] AS label, count(n) ORDER BY label",
    "MATCH ()-[r]->() WHERE type(r) <> 'SHARES' AND type(r) <> 'KNOWN_AS' "
    "RETURN type(r) AS type, count(r) ORDER BY type",
)


@pytest.fixture
def first(tmp_path: Path) -> Path:
    return write(tmp_path / "first", files(False))


@pytest.fixture
def loads(loads: Loads) -> Loads:
    loads.environment["REFNET_ERASURE_KEY"] = "a key for tests"
    return loads


def anonymous(graph: Graph) -> tuple[list[str], list[str]]:
    """The picture, with names in place of the random ids of forgotten people; of the record only that it is there."""
    names = {}
    for label, key in (("Customer", "customerId"), ("Affiliate", "affiliateId")):
        found = graph.read(f"MATCH (n:{label}) WHERE n.{key} STARTS WITH 'erased:' RETURN n.{key} AS id")
        for row in found:
            names[str(row["id"])] = f"a forgotten {label}"

    def told(line: str) -> str:
        for random, said in names.items():
            line = line.replace(random, said)
        return "an :Erasure" if line.startswith("Erasure ") else line

    nodes, edges = picture(graph)
    return sorted(map(told, nodes)), sorted(map(told, edges))


def totals(graph: Graph) -> list[Any]:
    return [graph.read(statement).values for statement in TOTALS]


def strings(graph: Graph) -> str:
    return json.dumps(picture(graph))


@pytest.mark.parametrize("loaded_between", [False, True])
def test_an_erasure(graph: Graph, kind: local.Kind, loads: Loads, first: Path, loaded_between: bool) -> None:
    loads.load(first)
    before = totals(graph)
    assert THEIRS.search(strings(graph))
    count = loads.erase(ASKED)["moments"]
    whole = anonymous(graph)
    assert not THEIRS.search(strings(graph))
    assert totals(graph) == before
    for at in spread(count, kind):
        wipe(graph)
        loads.load(first)
        assert "killed" in loads.erase(ASKED, at=at), at
        if loaded_between:
            loads.load(first)
        again = loads.erase(ASKED)
        assert anonymous(graph) == whole, f"{at}\n{difference(anonymous(graph), whole)}"
        assert not THEIRS.search(strings(graph)), at
        (record,) = graph.query("erasures/list", limit=10)
        assert again["again"] or json.loads(record["counts"]) == again["counts"], at
    loads.load(first)
    assert anonymous(graph) == whole, difference(anonymous(graph), whole)
