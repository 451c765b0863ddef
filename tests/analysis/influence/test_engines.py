"""One body of tests for every engine: Cypher on each graph, the whole way on each, arrays, tables, Spark.

The oracle lists paths in networkx graphs, with fractions.
"""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.analysis.influence import engines as ways
from tests.analysis.influence.engines import Case, Engine, together
from tests.analysis.influence.networks import dags, forests
from tests.analysis.spark.conftest import spark  # noqa: F401 (a fixture)

KINDS = ["embedded", "neo4j", "neo4j5"]
ENGINES = [
    "numpy",
    "compiled",
    "table",
    pytest.param("spark", marks=pytest.mark.slow),
    *(
        pytest.param(
            f"{way} {kind}",
            marks=[pytest.mark.engine(kind), *([] if kind == "embedded" else [pytest.mark.slow])],
        )
        for way in ("cypher", "analyze")
        for kind in KINDS
    ),
]
# Each example is many networks at once, and one load or one run of Spark. Shrinking would take minutes.
many = settings(
    deadline=None,
    max_examples=3,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
depths = st.sampled_from([1, 2, 3, 6, None])
decays = st.sampled_from([Fraction(1), Fraction(1, 2), Fraction(9, 10)])


@pytest.fixture(params=ENGINES)
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Engine:
    way, _, kind = request.param.partition(" ")
    if way == "spark":
        return ways.spark(request.getfixturevalue("spark"), tmp_path)
    if kind:
        graph = request.getfixturevalue("engines").graph(kind)
        return ways.cypher(graph) if way == "cypher" else ways.whole_way(graph)
    return ways.table if way == "table" else ways.arrays(compiled=way == "compiled")


def agree(engine: Engine, case: Case, hops: int | None, decay: Fraction) -> None:
    """The engine's answers are those of the definition."""
    found, expected = engine(case, hops, float(decay)), case.expected(hops, decay)
    assert found["influence"].to_numpy(float) == pytest.approx(expected["influence"].to_numpy(), abs=1e-4)
    if "downline" in found:
        assert found["downline"].tolist() == expected["downline"].tolist()
    if "conserved" in found:
        shares = found["conserved"].to_numpy(float)
        assert np.abs(shares - expected["conserved"].to_numpy()).max(initial=0) <= 1 + 1e-4  # a rounded cent
        assert shares.sum() == pytest.approx(sum(case.cents.values()), abs=1e-4)


def hundred(names: str) -> dict[str, int]:
    return dict.fromkeys(names, 10_000)


CHAIN = Case(hundred("abcd"), [("a", "b"), ("b", "c"), ("c", "d")])
SEVEN = Case(
    dict.fromkeys(["ann", *(f"f{n}" for n in range(7)), *(f"g{n}" for n in range(4))], 100),
    [("ann", f"f{n}") for n in range(7)] + [(f"f{n}", f"g{n}") for n in range(4)],
)
CATE = Case(
    {"cate": 20_000} | dict.fromkeys([*(f"f{n}" for n in range(10)), *(f"g{n}" for n in range(6))], 18_750),
    [("cate", f"f{n}") for n in range(10)] + [(f"f{n % 4}", f"g{n}") for n in range(6)],
)
DIAMOND = Case(hundred("abcd"), [("a", "b"), ("a", "c"), ("b", "d"), ("c", "d")], "linear")


def test_worked_truths(engine: Engine) -> None:
    found = engine(together([CHAIN, SEVEN, CATE]), 6, 0.5)
    influence = found["influence"].round(6)
    assert influence[["0-a", "0-b", "0-c", "0-d"]].tolist() == [17_500, 15_000, 10_000, 0]
    assert influence["1-ann"] == 900
    assert influence["2-cate"] == 10 * 18_750 + 6 * 18_750 / 2
    every = engine(CATE, None, 1.0)["influence"]
    assert every["cate"] + 20_000 == 320_000 == 16 * CATE.cents["cate"]
    assert engine(DIAMOND, 2, 0.5)["influence"]["a"] == pytest.approx(25_000)


@given(
    made=st.lists(forests(), min_size=8, max_size=25),
    hops=depths,
    decay=decays,
)
@many
def test_forests(engine: Engine, made: list, hops: int | None, decay: Fraction) -> None:
    cases = [Case(_cents(each), [(_name(a), _name(b)) for a, b, _ in each.edges]) for each in made]
    agree(engine, together(cases), hops, decay)


@given(made=st.lists(dags(), min_size=8, max_size=25), hops=st.sampled_from([1, 2, 3, 6]), decay=decays)
@many
def test_networks_of_shared_credit(engine: Engine, made: list, hops: int, decay: Fraction) -> None:
    cases = [Case(_cents(each), [(_name(a), _name(b)) for a, b, _ in each.edges], "linear") for each in made]
    agree(engine, together(cases), hops, decay)


# Within a few people, in all directions, again and again; 6 is nobody.
circles = st.lists(st.tuples(st.integers(0, 6), st.integers(0, 6)), max_size=12)


@given(made=st.lists(circles, min_size=8, max_size=25), hops=depths, decay=decays)
@many
def test_dirty_claims(engine: Engine, made: list, hops: int | None, decay: Fraction) -> None:
    people = {_name(n): 100 * (n + 1) for n in range(6)}
    cases = [Case(people, [(_name(a), _name(b)) for a, b in claims]) for claims in made]
    agree(engine, together(cases), hops, decay)


@given(made=st.lists(forests(), min_size=8, max_size=15), data=st.data())
@many
def test_what_changes_and_what_does_not(engine: Engine, made: list, data: st.DataObject) -> None:
    """A leaf changes those above it only; scaled values scale; many hops are all; nobody brings nothing."""
    made = [each for each in made if each.nodes]
    cases, below = [], []
    for each in made:
        under = data.draw(st.integers(0, each.nodes - 1))
        claims = [(_name(a), _name(b)) for a, b, _ in each.edges]
        plain = Case(_cents(each), claims)
        more = Case(plain.cents | {"leaf": 5_000}, [*claims, (_name(under), "leaf")])
        cases += [plain, more, Case({name: 3 * cents for name, cents in plain.cents.items()}, claims)]
        below.append(under)
    found = engine(together(cases), 20, 0.5)["influence"]
    unlimited = engine(together(cases), None, 0.5)["influence"]
    assert found.to_numpy(float) == pytest.approx(unlimited.to_numpy(float), abs=1e-4), (
        "no chain is that long"
    )
    for at, (each, under) in enumerate(zip(made, below, strict=True)):
        names = [_name(n) for n in range(each.nodes)]
        plain, more, scaled = (
            found[[f"{3 * at + turn}-{name}" for name in names]].to_numpy(float) for turn in range(3)
        )
        assert scaled == pytest.approx(3 * plain, abs=1e-4)
        depth = {under: 0}
        while up := list(each.graph.predecessors(top := max(depth, key=depth.__getitem__))):
            depth[up[0]] = depth[top] + 1
        added = [5_000 * 0.5 ** depth[n] if n in depth else 0 for n in range(each.nodes)]
        assert more - plain == pytest.approx(np.array(added), abs=1e-4)


def _name(node: int) -> str:
    return f"p{node:02}"


def _cents(made: object) -> dict[str, int]:
    return {_name(node): abs(int(cents)) for node, cents in enumerate(made.value)}  # type: ignore[attr-defined]
