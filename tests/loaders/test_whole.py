"""The whole graph is the same however the same rows come in: in one load or several, twice, shuffled, in whatever form.

EXAMPLES=500 .venv/bin/pytest -k embedded tests/loaders/test_whole.py looks longer than the suite does; with SHRINK=1 it
makes small what it finds.
"""

from __future__ import annotations

import os
import tempfile
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any, get_args

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from refnet import front
from refnet.analysis import credit
from refnet.core.settings import CreditPolicy, Settings, load_settings
from refnet.graph import Graph
from refnet.loaders import TABLES, load
from tests.conftest import Engines
from tests.dump import difference, picture
from tests.loaders.brands import Brand, Row, brands, halves
from tests.loaders.forms import FILES, columns, frame, typed

_EXAMPLES = os.environ.get("EXAMPLES")


def on_every_engine(examples: int) -> pytest.MarkDecorator:
    """So many examples on embedded, fewer on real servers."""
    slow = pytest.mark.slow
    return pytest.mark.parametrize(
        ("kind", "examples"),
        [
            pytest.param("embedded", int(_EXAMPLES or examples), marks=pytest.mark.engine("embedded")),
            pytest.param("neo4j", 3, marks=[pytest.mark.engine("neo4j"), slow]),
            pytest.param("neo4j5", 3, marks=[pytest.mark.engine("neo4j5"), slow]),
        ],
    )


def searched(examples: int) -> settings:
    # Without a search longer than the suite's a failure is not made small: each try is a load of a second.
    phases = list(Phase) if os.environ.get("SHRINK") else [Phase.explicit, Phase.reuse, Phase.generate]
    return settings(
        max_examples=examples, deadline=None, phases=phases, suppress_health_check=list(HealthCheck)
    )


policies = st.builds(
    lambda policy, window, life: {
        "credit_policy": policy,
        "credit_window_days": window,
        "credit_half_life_days": life,
    },
    st.sampled_from(get_args(CreditPolicy)),
    st.sampled_from([None, 0.5, 30.0]),
    st.sampled_from([0.01, 1.0, 7.0]),
)

Step = tuple[Brand, dict[str, str]]
"""Rows by table that are loaded at once, and the form of each: of a file; or `frames`, of all of them."""


@st.composite
def ways(draw: st.DrawFn, brand: Brand) -> list[Step]:
    """A way to load a brand's rows: what comes when, in which order of rows, in which forms."""
    rows = {table: draw(st.permutations(held)) for table, held in brand.items()}
    how = draw(st.sampled_from(["at once", "twice", "halves", "halves, the second first", "tables apart"]))
    cuts = [draw(st.integers(0, 9)) for _ in rows]
    parts = {
        "at once": [rows],
        "twice": [rows, rows],
        "halves": halves(rows, cuts),
        "halves, the second first": halves(rows, cuts)[::-1],
        "tables apart": [{table: rows[table]} for table in draw(st.permutations(sorted(rows)))],
    }[how]
    form = st.sampled_from([*FILES, "frames"])
    steps: list[Step] = []
    for part in parts:
        first = draw(form)
        forms = dict.fromkeys(part, first)
        if first != "frames" and draw(st.booleans()):
            forms = {table: draw(st.sampled_from([*FILES])) for table in part}
        steps.append((part, forms))
    return steps


def take(graph: Graph, steps: Sequence[Step], settled: Settings, *, by_front: bool = True) -> None:
    """Load these; not by the front door, nothing is credited."""
    door = front.load if by_front else load
    for part, forms in steps:
        if not part:
            continue
        if "frames" in forms.values():
            door(graph, {t: typed(t, rows) if len(rows) % 2 else frame(rows) for t, rows in part.items()},
                 settings=settled)  # fmt: skip
            continue
        with tempfile.TemporaryDirectory() as directory:
            for table, rows in part.items():
                FILES[forms[table]](Path(directory) / table, table, rows)
            door(graph, directory, settings=settled)


def empty(graph: Graph) -> None:
    """Of so few nodes one plain statement is the quickest."""
    graph.write("MATCH (n) DETACH DELETE n")


def at_once(brand: Brand) -> list[Step]:
    return [(brand, dict.fromkeys(brand, "frames"))]


def alike(graph: Graph, expected: tuple[list[str], list[str]], said: object = "") -> None:
    found = picture(graph)
    if found != expected:
        pytest.fail(f"{said}\n{difference(expected, found)}", pytrace=False)


@on_every_engine(5)
def test_however_it_comes_in(engines: Engines, kind: Any, examples: int, home: Path) -> None:
    graph = engines.graph(kind)

    @searched(examples)
    @given(data=st.data())
    def search(data: st.DataObject) -> None:
        brand = data.draw(brands())
        steps, policy = data.draw(ways(brand)), data.draw(policies)
        by_front = data.draw(st.booleans())
        settled = load_settings(currency="EUR", home=home, **policy)
        empty(graph)
        take(graph, at_once(brand), settled)
        expected = picture(graph)
        empty(graph)
        take(graph, steps, settled, by_front=by_front)
        if not by_front:
            credit.derive(graph, settings=settled)
        alike(graph, expected, steps)
        take(graph, at_once(brand), settled)
        alike(graph, expected, "and once more")

    search()


@on_every_engine(3)
def test_what_came_later_holds(engines: Engines, kind: Any, examples: int, home: Path) -> None:
    """Rows that were loaded before with other values leave no trace (if the later ones are not refused)."""
    graph = engines.graph(kind)

    @searched(examples)
    @given(data=st.data())
    def search(data: st.DataObject) -> None:
        brand = {
            t: taken for t, rows in data.draw(brands()).items() if (taken := [r for r in rows if fits(r)])
        }
        before = {t: data.draw(st.permutations(outdated(data, t, rows))) for t, rows in brand.items()}
        settled = load_settings(currency="EUR", home=home, **data.draw(policies))
        empty(graph)
        take(graph, at_once(brand), settled)
        expected = picture(graph)
        empty(graph)
        take(graph, at_once({t: rows for t, rows in before.items() if rows}), settled)
        take(graph, data.draw(ways(brand)), settled)
        alike(graph, expected, before)

    search()


def fits(row: Row) -> bool:
    """Whether it is not refused."""
    if "refunded" in row and "amount" in row:
        return float(row["refunded"] or 0) <= float(row["amount"] or 0)
    return row.get("score") != "11" or row["kind"] == "csat"


def outdated(data: st.DataObject, table: str, rows: Sequence[Row]) -> list[Row]:
    """The rows with cells that others of them have, under the keys that they have."""
    key = TABLES[table].id_column
    if key is None or any(row.get(key) is None for row in rows):
        # Facts are the key: other facts are another row, and pages keep what they were told.
        return []
    names = [n for n in columns(rows) if n != key]
    made = []
    for row in rows:
        other = data.draw(st.sampled_from(list(rows)))
        taken = data.draw(st.sets(st.sampled_from(names))) if names else set()
        made.append(row | {name: other[name] for name in taken})
    one_of = {"rewards": ("customer_id", "affiliate_id"), "refunds": ("amount", "whole")}
    one, other_one = one_of.get(table, ("", ""))
    return [row for row in made if table not in one_of or bool(row[one]) != bool(row[other_one])]


@on_every_engine(3)
def test_a_policy_changed_and_changed_back(engines: Engines, kind: Any, examples: int, home: Path) -> None:
    """Credit decided anew without loading is as if the policy had held from the start; no claim is without a reason."""
    graph = engines.graph(kind)

    @searched(examples)
    @given(data=st.data())
    def search(data: st.DataObject) -> None:
        brand = data.draw(brands())
        changes = data.draw(st.lists(policies, min_size=1, max_size=3))
        kept = [load_settings(currency="EUR", home=home, **policy) for policy in changes]
        empty(graph)
        first, second = halves(brand, [data.draw(st.integers(0, 9)) for _ in brand])
        take(graph, at_once(first), kept[0])
        take(graph, at_once(second), kept[-1])  # changed between loads
        seen = {}
        for place in [*range(len(kept)), *range(len(kept) - 1, -1, -1)]:
            front.decide_credit(graph, settings=kept[place])
            reasons_hold(graph)
            found = picture(graph)
            assert seen.setdefault(place, found) == found, difference(seen[place], found)
        for place, settled in enumerate(kept):
            empty(graph)
            take(graph, at_once(brand), settled)
            alike(graph, seen[place], changes[place])

    search()


def reasons_hold(graph: Graph) -> None:
    """Each claim is credited, without a reason and with its credit; or is not, with a reason that is one."""
    claims = graph.read("MATCH (k:Claim) RETURN k.claimId, k.status, k.reason").values
    given_to = graph.read(
        "MATCH (u:Customer)<-[r:REFERRED]-() RETURN r.claimId, u.customerId, r.credit"
    ).values
    assert sorted(i for i, status, _ in claims if status == "credited") == sorted(i for i, _, _ in given_to)
    assert all(reason is None for _, status, reason in claims if status == "credited")
    uncredited = [(i, reason) for i, status, reason in claims if status != "credited"]
    assert all(status == "uncredited" for i, status, _ in claims if i in dict(uncredited))
    assert {reason for _, reason in uncredited} <= {each.value for each in credit.Reason}
    told = {row["reason"]: row["claims"] for row in graph.query("integrity/uncredited")}
    assert told == Counter(reason for _, reason in uncredited)
    for reason in told:
        listed = graph.query("integrity/uncredited-claims", reason=reason, limit=1000)
        assert [row["claimId"] for row in listed] == sorted(i for i, why in uncredited if why == reason)
    shares: dict[str, float] = Counter()
    for _, referee, share in given_to:
        assert 0 < share <= 1
        shares[referee] += share
    assert all(share <= 1 + 1e-9 for share in shares.values())


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"
