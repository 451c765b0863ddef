"""Whatever the order of rows, files and loads: one graph. By examples that hypothesis makes up."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from refnet.graph import Graph
from refnet.loaders import load
from tests.conftest import Engines, wipe
from tests.loaders.conftest import picture

_PEOPLE = [{"customer_id": name, "joined_at": f"2024-01-0{n}"} for n, name in enumerate("abc", start=1)]


@st.composite
def _tables(draw: st.DrawFn) -> list[tuple[str, dict[str, Any]]]:
    person = st.sampled_from(["a", "b", "c", "unknown"])
    orders = [
        {
            "order_id": str(n),
            "customer_id": draw(person),
            "placed_at": "2024-02-01",
            "amount": draw(st.integers(0, 9)),
        }
        for n in range(draw(st.integers(1, 3)))
    ]
    claims = [
        {"referrer_id": draw(person), "referee_id": draw(person), "referred_at": "2024-02-01"}
        for _ in range(draw(st.integers(1, 3)))
    ]
    tokens = [{"customer_id": draw(person), "kind": "device", "token": str(draw(st.integers(0, 1)))}]
    rows = [("orders", row) for row in orders] + [("referrals", row) for row in claims]
    return rows + [("tokens", row) for row in tokens] + [("customers", row) for row in _PEOPLE]


@pytest.fixture(scope="module")
def embedded(engines: Engines) -> Graph:
    return engines.graph("embedded")


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=_tables(), data=st.data())
def test_any_order_and_any_parts(
    embedded: Graph, rows: list[tuple[str, dict[str, Any]]], data: st.DataObject
) -> None:
    wipe(embedded)
    _load(embedded, rows)
    whole = picture(embedded)
    wipe(embedded)
    shuffled = data.draw(st.permutations(rows))
    cut = data.draw(st.integers(0, len(rows)))
    _load(embedded, shuffled[:cut])
    _load(embedded, shuffled[cut:])
    assert picture(embedded) == whole
    _load(embedded, shuffled[:cut])
    assert picture(embedded) == whole


def _load(graph: Graph, rows: list[tuple[str, dict[str, Any]]]) -> None:
    tables = {name: pd.DataFrame([row for table, row in rows if table == name]) for name, _ in rows}
    if tables:
        load(graph, tables)
