"""Replace: after a complete export the graph is as if only that had ever been loaded."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st

from refnet import front
from refnet.core.errors import InputError, UsageError
from refnet.graph import Graph
from tests.conftest import Engines, wipe
from tests.loaders.conftest import FILES, Write, picture

Rows = list[dict[str, Any]]
Tables = dict[str, Rows]

_COLUMNS = {
    "customers": ["customer_id", "joined_at", "email", "revenue", "size"],
    "aliases": ["alias", "customer_id"],
    "affiliates": ["affiliate_id", "customer_id", "parent_affiliate_id"],
    "orders": ["order_id", "customer_id", "placed_at", "amount"],
    "referrals": ["referrer_id", "referee_id", "referred_at", "referrer_kind"],
    "invitations": ["invitation_id", "referrer_id", "sent_at", "referee_id"],
    "usage": ["customer_id", "month", "active_days"],
    "commissions": ["commission_id", "affiliate_id", "amount", "earned_at", "order_id"],
    "landings": ["customer_id", "landing_page", "landed_at", "niche"],
    "rewards": ["reward_id", "amount", "granted_at", "customer_id", "affiliate_id"],
    "tokens": ["customer_id", "kind", "token"],
}


@st.composite
def _exports(draw: st.DrawFn) -> Tables:
    """A small export with all that can hang on something else."""
    ids = ["a", "b", "x:c", "email:d@x.example", "stranger"]
    person, affiliate = st.sampled_from(ids), st.sampled_from(["f", "g", "nobody"])
    email = st.sampled_from([None, "e@x.example", "E@x.example ", "d@x.example"])
    order = st.sampled_from(["o1", "o2", "elsewhere"])

    def some(most: int) -> range:
        return range(draw(st.integers(0, most)))

    kind = st.sampled_from(["customer", "affiliate"])
    tables: Tables = {
        "customers": [
            {"customer_id": i, "joined_at": f"2024-01-0{n}", "email": draw(email), "revenue": n, "size": f"s{n}"}
            for n, i in enumerate(ids[:4], start=1)
        ],
        "aliases": [{"alias": draw(person), "customer_id": draw(person)} for _ in some(2)],
        "affiliates": [
            {"affiliate_id": i, "customer_id": draw(person), "parent_affiliate_id": draw(affiliate)}
            for i in ("f", "g")
        ],
        "orders": [
            {"order_id": f"o{n}", "customer_id": draw(person), "placed_at": f"2024-01-1{n}", "amount": n}
            for n in some(3)
        ],
        "referrals": [
            {"referrer_id": draw(affiliate if k == "affiliate" else person), "referee_id": draw(person),
             "referred_at": "2024-01-03", "referrer_kind": k}
            for k in (draw(kind) for _ in some(3))
        ],
        "invitations": [
            {"invitation_id": f"i{n}", "referrer_id": draw(person), "sent_at": "2024-01-01", "referee_id": draw(person)}
            for n in some(1)
        ],
        "usage": [{"customer_id": draw(person), "month": "2024-01", "active_days": 3} for _ in some(1)],
        "commissions": [
            {"commission_id": f"k{n}", "affiliate_id": draw(affiliate), "amount": 1, "earned_at": "2024-01-01",
             "order_id": draw(order)}
            for n in some(2)
        ],
        "landings": [
            {"customer_id": draw(person), "landing_page": draw(st.sampled_from(["/p", "/q"])),
             "landed_at": f"2024-01-0{n + 1}", "niche": draw(st.sampled_from([None, "m", "n"]))}
            for n in some(3)
        ],
        "rewards": [
            {"reward_id": f"r{n}", "amount": 1, "granted_at": "2024-01-01", "customer_id": draw(person),
             "affiliate_id": None}
            for n in some(1)
        ],
        "tokens": [
            {"customer_id": draw(person), "kind": "device", "token": draw(st.sampled_from(["t", "u"]))} for _ in some(3)
        ],
    }  # fmt: skip
    return tables


def _frames(tables: Tables, *names: str) -> dict[str, pd.DataFrame]:
    return {name: pd.DataFrame(tables[name], columns=_COLUMNS[name], dtype=object) for name in names}


@pytest.fixture(scope="module")
def embedded(engines: Engines) -> Graph:
    return engines.graph("embedded")


@examples(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(old=_exports(), data=st.data())
def test_the_graph_is_that_of_the_new_export(embedded: Graph, old: Tables, data: st.DataObject) -> None:
    replaced = data.draw(st.lists(st.sampled_from(list(_COLUMNS)), min_size=1, unique=True), label="replaced")
    new = old | {name: [row for row in old[name] if data.draw(st.booleans())] for name in replaced}
    _check(embedded, old, new, replaced)


def _check(graph: Graph, old: Tables, new: Tables, replaced: list[str]) -> None:
    wipe(graph)
    front.load(graph, _frames(new, *_COLUMNS))
    fresh = picture(graph)
    wipe(graph)
    front.load(graph, _frames(old, *_COLUMNS))
    whole = picture(graph)
    front.load(graph, _frames(old, *replaced), replace=True)
    assert picture(graph) == whole  # nothing is missing
    summary, _ = front.load(graph, _frames(new, *replaced), replace=True, yes=True)
    assert picture(graph) == fresh
    again, credit = front.load(graph, _frames(new, *replaced), replace=True)
    assert picture(graph) == fresh
    assert again.removed == [] and credit.changed == 0
    # What was removed comes back with the old export.
    front.load(graph, _frames(old, *_COLUMNS))
    assert picture(graph) == whole
