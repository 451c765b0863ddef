"""Persons from aliases and emails: by the rules, by examples that hypothesis makes up, in the graph too."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from refnet.front import load
from refnet.graph import Graph
from refnet.loaders.resolution import is_email, kind_of, resolve
from tests.conftest import Engines, wipe
from tests.loaders.conftest import picture

IDS = ("c-1", "c-2", "c-3", "shop:1", "shop:2", "stripe:1", "stripe:2", "email:a@x", "email:b@x")
_ids = st.sampled_from(IDS)
_emails = st.one_of(st.none(), st.sampled_from(["a@x", "b@x", "c@x"]))


def test_kinds_and_emails() -> None:
    assert [kind_of(i) for i in ("7", "stripe:cus_1", "Acme:1", "a b:1", ":1")] == ["", "stripe", "", "", ""]
    assert [is_email(e) for e in ("a@x", "n/a", "@x", "a@", "")] == [True, False, False, False, False]


def test_emails_of_one_person_that_lead_to_two_of_one_kind_join_nobody() -> None:
    emails = {"c-1": "a@x", "c-2": "b@x", "shop:1": "a@x", "shop:2": "b@x"}
    found = resolve({"c-2": "c-1"}, emails, set())
    assert found.ambiguous == ["a@x", "b@x"], (
        "each alone would do; together they would join two of the shop's"
    )
    assert {i: known[:2] for i, known in found.known.items()} == {
        "c-1": ("c-1", "own"),
        "c-2": ("c-1", "alias"),
    }


@settings(max_examples=300, deadline=None)
@given(
    aliases=st.dictionaries(_ids, _ids), emails=st.dictionaries(_ids, _emails.filter(bool)), data=st.data()
)
def test_the_rules(aliases: dict[str, str], emails: dict[str, str], data: st.DataObject) -> None:
    loaded = data.draw(st.sets(_ids)) | emails.keys()
    found = resolve(aliases, emails, loaded)
    order = data.draw(st.permutations(list(aliases.items())))
    assert resolve(dict(order), dict(data.draw(st.permutations(list(emails.items())))), loaded) == found

    by_alias = _components(set(aliases.items()))
    persons: dict[str, set[str]] = {}
    for i, known in found.known.items():
        persons.setdefault(known.customer_id, set()).add(i)
    for own, ids in persons.items():
        assert found.known[own][1:] == ("own", 0)
        assert own in loaded
        assert sorted(found.known[i].place for i in ids) == list(range(len(ids)))
        # What aliases say is never torn apart, and between two such parts no kind comes twice.
        parts = {by_alias.get(i, frozenset({i})) for i in ids}
        assert set().union(*parts) == ids
        kinds = [kind for part in parts for kind in {kind_of(i) for i in part}]
        assert len(kinds) == len(set(kinds))
        # The merchant's own, if one is loaded; an email's only where there is no other.
        ranks = {i: (kind_of(i) == "email", kind_of(i)) for i in ids & loaded}
        assert ranks[own] == min(ranks.values())
    # Whoever shares an email that is not ambiguous is one; and aliases join whom somebody is loaded of.
    for i, email in emails.items():
        for j, other in emails.items():
            if email == other and email not in found.ambiguous and i != j:
                assert found.known[i].customer_id == found.known[j].customer_id
    kinds = [kind for part in set(by_alias.values()) for kind in {kind_of(i) for i in part}]
    kinds += [kind_of(i) for i in emails.keys() - by_alias.keys()]
    if len(kinds) == len(set(kinds)):
        assert not found.ambiguous
    for part in by_alias.values():
        if part & loaded and len(part) > 1:
            assert len({found.known[i].customer_id for i in part}) == 1


def _components(pairs: set[tuple[str, str]]) -> dict[str, frozenset[str]]:
    found: dict[str, frozenset[str]] = {}
    for a, b in pairs:
        whole = found.get(a, frozenset({a})) | found.get(b, frozenset({b}))
        found |= dict.fromkeys(whole, whole)
    return found


@pytest.fixture(scope="module")
def embedded(engines: Engines) -> Graph:
    return engines.graph("embedded")


_Row = tuple[str, dict[str, Any]]


@st.composite
def _tables(draw: st.DrawFn) -> list[_Row]:
    person = st.sampled_from([*IDS[:1], *IDS[3:8], "old"])
    rows: list[_Row] = []
    for i in draw(st.lists(person.filter(lambda i: i != "old"), min_size=2, max_size=5, unique=True)):
        plan = draw(st.sampled_from([None, "basic", "plus"]))
        rows.append(("customers", {"customer_id": i, "email": draw(_emails), "plan": plan, "age_band": plan}))
    others = draw(st.lists(person, max_size=3, unique=True))
    rows += [("aliases", {"alias": alias, "customer_id": draw(person)}) for alias in others]
    for n in range(draw(st.integers(1, 4))):
        order = {"order_id": f"o{n}", "placed_at": f"2024-02-0{n + 1}", "amount": n + 1}
        rows.append(("orders", order | {"customer_id": draw(person)}))
    for n in range(draw(st.integers(1, 3))):
        claim = {"claim_id": f"k{n}", "referred_at": f"2024-01-0{n + 1}"}
        rows.append(("referrals", claim | {"referrer_id": draw(person), "referee_id": draw(person)}))
    rows.append(("tokens", {"customer_id": draw(person), "kind": "device", "token": "t"}))
    rows.append(("landings", {"customer_id": draw(person), "landing_page": "/a", "landed_at": "2024-01-01"}))
    return rows


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=_tables(), data=st.data())
def test_any_order_and_any_parts(embedded: Graph, rows: list[_Row], data: st.DataObject) -> None:
    whole = _fresh(embedded, rows)
    shuffled = data.draw(st.permutations(rows))
    cut = data.draw(st.integers(0, len(rows)))
    assert _fresh(embedded, shuffled[:cut], shuffled[cut:]) == whole
    _load(embedded, shuffled[:cut])
    assert picture(embedded) == whole


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=_tables(), data=st.data())
def test_what_is_taken_back_was_never_there(embedded: Graph, rows: list[_Row], data: st.DataObject) -> None:
    """Aliases released and emails changed, some of them: as if loaded so at first."""
    places = [n for n, (table, _) in enumerate(rows) if table in ("aliases", "customers")]
    undone = data.draw(st.lists(st.sampled_from(places), min_size=1, unique=True))
    back: list[_Row] = []
    without = list(rows)
    for n in undone:
        table, row = rows[n]
        if table == "aliases":
            back.append((table, row | {"customer_id": row["alias"]}))
            without[n] = ("", {})
        else:
            back.append((table, row | {"email": data.draw(st.sampled_from(["d@x", None])), "plan": None}))
            without[n] = back[-1]
    after = _fresh(embedded, rows, back)
    assert after == _fresh(embedded, [row for row in without if row[0]])


def _fresh(graph: Graph, *parts: list[_Row]) -> Any:
    wipe(graph)
    for part in parts:
        _load(graph, part)
    return picture(graph)


def _load(graph: Graph, rows: list[_Row]) -> None:
    tables = {name: pd.DataFrame([row for table, row in rows if table == name]) for name, _ in rows}
    if tables:
        load(graph, tables)
