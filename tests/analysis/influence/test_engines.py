"""One body of tests for every engine: Cypher on each graph, the whole way on each, arrays, tables, Spark.

The oracle lists paths in networkx graphs, with fractions.
"""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, assume, given, settings
from hypothesis import strategies as st

from tests.analysis.influence import engines as ways
from tests.analysis.influence.engines import Case, Engine, together
from tests.analysis.influence.networks import Made, dags, forests
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
# The simplest example always comes first: networks of nobody. Once for each engine is enough, in `test_forests`.
fewer = settings(many, max_examples=2)
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
    found, expected = engine(case, hops, float(decay), ways.VALUES), case.expected(hops, decay)
    assert found.loc[list(case.cents), "revenue"].notna().all()
    for name in found.columns.drop(["conserved", "generations"], errors="ignore"):
        there = found[name].notna()
        told = found.loc[there, name].to_numpy(float)
        assert told == pytest.approx(expected.loc[found.index[there], name].to_numpy(float), abs=1e-4), name
    if "generations" in found:
        for name in case.some():
            told, right = found.loc[name, "generations"], expected.loc[name, "generations"]
            assert [row[:2] for row in told] == [row[:2] for row in right], name
            assert [row[2] for row in told] == pytest.approx([row[2] for row in right], abs=1e-4), name
    if "conserved" in found:
        shares = found["conserved"].to_numpy(float)
        assert np.abs(shares - expected["conserved"].to_numpy()).max(initial=0) <= 1 + 1e-4  # a rounded cent
        assert shares.sum() == pytest.approx(sum(case.worth("revenue")), abs=1e-4)
    if "longest" in found.attrs:
        assert found.attrs["longest"] == max(expected["longest"], default=0)


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
    influence = found["revenue"].round(6)
    assert influence[["0-a", "0-b", "0-c", "0-d"]].tolist() == [17_500, 15_000, 10_000, 0]
    assert influence["1-ann"] == 900
    assert influence["2-cate"] == 10 * 18_750 + 6 * 18_750 / 2
    every = engine(CATE, None, 1.0)["revenue"]
    assert every["cate"] + 20_000 == 320_000 == 16 * CATE.cents["cate"]
    assert engine(DIAMOND, 2, 0.5)["revenue"]["a"] == pytest.approx(25_000)


@given(
    made=st.lists(forests(), min_size=8, max_size=25),
    hops=depths,
    decay=decays,
)
@many
def test_forests(engine: Engine, made: list, hops: int | None, decay: Fraction) -> None:
    agree(engine, together([_case(each, "first") for each in made]), hops, decay)


@given(
    made=st.lists(st.one_of(dags(), forests(whole=False)), min_size=8, max_size=25),
    hops=depths,
    decay=decays,
)
@fewer
def test_networks_of_shared_credit(engine: Engine, made: list, hops: int | None, decay: Fraction) -> None:
    """Credits of every size, that sum to 1 or less."""
    assume(any(each.edges for each in made))
    agree(engine, together([_case(each, "given") for each in made]), hops, decay)


# Within a few people, in all directions, again and again, some of it dated; 6 is nobody, 5 an affiliate.
days = st.one_of(st.none(), st.integers(0, 6))
circles = st.tuples(
    st.lists(st.tuples(st.integers(0, 6), st.integers(0, 6), days), max_size=12),
    st.lists(days, min_size=5, max_size=5),
)


@given(
    made=st.lists(circles, min_size=8, max_size=25),
    policy=st.sampled_from(["time-decay", "last", "linear", "first"]),
    plain=st.booleans(),
    hops=depths,
    decay=decays,
)
@fewer
def test_dirty_claims(
    engine: Engine, made: list, policy: str, plain: bool, hops: int | None, decay: Fraction
) -> None:
    """Decided by each policy, with dates, or plain: without dates and affiliates."""
    assume(any(claims for claims, _ in made))
    people = {_name(n): 100 * (n + 1) for n in range(6 if plain else 5)}
    cases = [
        Case(
            people,
            [(_name(a), _name(b)) for a, b, _ in claims],
            policy,
            () if plain else (_name(5),),
            [] if plain else [day for *_, day in claims],
            joined={} if plain else {_name(n): day for n, day in enumerate(joined) if day is not None},
        )
        for claims, joined in made
    ]
    agree(engine, together(cases), hops, decay)


@given(made=st.lists(st.one_of(forests(), dags()), min_size=8, max_size=15), data=st.data())
@fewer
def test_what_changes_and_what_does_not(engine: Engine, made: list, data: st.DataObject) -> None:
    """A leaf changes those above it only; scaled values scale; many hops are all; nobody brings nothing."""
    assume(any(each.edges for each in made))
    made = [each for each in made if each.nodes]
    cases, below = [], []
    for each in made:
        under = data.draw(st.integers(0, each.nodes - 1))
        plain = _case(each, "given", affiliates=False)
        leaf = ([*plain.claims, (_name(under), "leaf")], [*plain.credits, Fraction(1)])
        more = replace(plain, cents=plain.cents | {"leaf": 5_000}, claims=leaf[0], credits=leaf[1])
        scaled = {name: cents and 3 * cents for name, cents in plain.cents.items()}
        cases += [plain, more, replace(plain, cents=scaled)]
        below.append(under)
    found = engine(together(cases), 20, 0.5)["revenue"]
    unlimited = engine(together(cases), None, 0.5)["revenue"]
    assert found.to_numpy(float) == pytest.approx(unlimited.to_numpy(float), abs=1e-4), (
        "no chain is that long"
    )
    for at, (each, under) in enumerate(zip(made, below, strict=True)):
        names = [_name(n) for n in range(each.nodes)]
        plain, more, scaled = (
            found[[f"{3 * at + turn}-{name}" for name in names]].to_numpy(float) for turn in range(3)
        )
        assert scaled == pytest.approx(3 * plain, abs=1e-4)
        added = [5_000.0 if n == under else 0.0 for n in range(each.nodes)]
        for n in range(each.nodes):
            for length, node, credit in each.paths(n):
                added[n] += 5_000 * 0.5**length * float(credit) if node == under else 0
        assert more - plain == pytest.approx(np.array(added), abs=1e-4)


def _name(node: int) -> str:
    return f"p{node:02}"


def _case(made: Made, policy: str, *, affiliates: bool = True) -> Case:
    """A made network; every third of those whom nobody brought is an affiliate, and some revenues are not known."""
    sources = [
        node for node in range(made.nodes) if affiliates and node % 3 == 0 and not made.graph.in_degree(node)
    ]
    cents = {
        _name(node): int(value) if value % 5 else None
        for node, value in enumerate(made.value)
        if node not in sources
    }
    return Case(
        cents,
        [(_name(a), _name(b)) for a, b, _ in made.edges],
        policy,
        tuple(map(_name, sources)),
        credits=[credit for *_, credit in made.edges] if policy == "given" else [],
    )
