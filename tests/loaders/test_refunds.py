"""Money given back by rows of its own, on figures by hand: whatever comes first, in one load or in several."""

from __future__ import annotations

from itertools import permutations
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from refnet.core.settings import load_settings
from refnet.graph import Graph
from refnet.loaders import load
from refnet.loaders.summary import LoadSummary
from tests.loaders.conftest import picture

CUSTOMERS = {"customer_id": ["ann", "bob"]}
# Of the first order 5 of 50 were given back as its own row says.
ORDERS = {
    "order_id": ["o1", "o2", "o3", "o4"],
    "customer_id": ["ann", "ann", "ann", "bob"],
    "placed_at": ["2024-01-01"] * 4,
    "amount": ["50", "20", "10", "0.3"],
    "refunded": ["5", None, None, None],
}
# 5 + 10 + 2.5 of 50; 15 and 15 of 20, which is all of it; all of 10; 0.1 + 0.2 of 0.3; and of an order that never
# comes.
REFUNDS = {
    "refund_id": ["b1", "b2", "b3", "b4", "b5", "b6", "b7", "b8"],
    "order_id": ["o1", "o1", "o2", "o2", "o3", "o4", "o4", "never"],
    "amount": ["10", "2.5", "15", "15", None, "0.1", "0.2", "1"],
    "whole": [None, None, None, None, "yes", None, None, None],
}
BACK = {"o1": 17.5, "o2": 20.0, "o3": 10.0, "o4": 0.3}
# 50 - 17.5 + 20 - 20 + 10 - 10, and 0.3 - 0.3.
REVENUE = {"ann": 32.5, "bob": 0.0}


def give(graph: Graph, home: Path, **tables: Any) -> LoadSummary:
    frames = {name: pd.DataFrame(held, dtype="str") for name, held in tables.items()}
    return load(graph, frames, settings=load_settings(currency="EUR", home=home))


def back(graph: Graph) -> dict[str, float | None]:
    return dict(graph.read("MATCH (o:Order) RETURN o.orderId, o.refunded ORDER BY o.orderId").values)


def revenue(graph: Graph) -> dict[str, float]:
    return dict(graph.read("MATCH (c:Customer) RETURN c.customerId, c.revenue ORDER BY c.customerId").values)


def some(table: dict[str, Any], *places: int) -> dict[str, Any]:
    return {name: [cells[place] for place in places] for name, cells in table.items()}


def test_in_one_load(graph: Graph, tmp_path: Path) -> None:
    summary = give(graph, tmp_path, customers=CUSTOMERS, orders=ORDERS, refunds=REFUNDS)
    assert summary.waiting == {"refunds": 1}
    assert "1 row of refunds waits for orders that are not loaded." in str(summary)
    assert (back(graph), revenue(graph)) == (BACK, REVENUE)


def test_in_any_order_of_loads(graph: Graph, tmp_path: Path) -> None:
    tables = {"customers": CUSTOMERS, "orders": ORDERS, "refunds": REFUNDS}
    seen = None
    for order in permutations(tables):
        graph.write("MATCH (n) DETACH DELETE n")
        for name in order:
            give(graph, tmp_path, **{name: tables[name]})
        assert (back(graph), revenue(graph)) == (BACK, REVENUE), order
        seen = seen or picture(graph)
        assert picture(graph) == seen
        for name in (*order, "orders"):  # an order that is loaded again without its refunds keeps them
            give(graph, tmp_path, **{name: tables[name]})
            assert (back(graph), revenue(graph)) == (BACK, REVENUE)
        assert picture(graph) == seen


def test_refunds_one_by_one(graph: Graph, tmp_path: Path) -> None:
    give(graph, tmp_path, customers=CUSTOMERS, orders=ORDERS)
    assert revenue(graph) == {"ann": 75.0, "bob": 0.3}
    after = [65.0, 62.5, 47.5, 42.5, 32.5, 32.5, 32.5]
    for place, left in enumerate(after):
        give(graph, tmp_path, refunds=some(REFUNDS, place))
        assert revenue(graph)["ann"] == left
    assert revenue(graph) == REVENUE


def test_a_refund_that_changes(graph: Graph, tmp_path: Path) -> None:
    """Another amount, another order, and the same one again in one file."""
    give(graph, tmp_path, customers=CUSTOMERS, orders=ORDERS, refunds=some(REFUNDS, 0))
    assert back(graph) == {"o1": 15.0, "o2": None, "o3": None, "o4": None}
    give(graph, tmp_path, refunds={"refund_id": ["b1"], "order_id": ["o1"], "amount": ["7"]})
    assert (back(graph)["o1"], revenue(graph)["ann"]) == (12.0, 68.0)
    give(graph, tmp_path, refunds={"refund_id": ["b1"], "order_id": ["o4"], "amount": ["0.1"]})
    assert back(graph) == {"o1": 5.0, "o2": None, "o3": None, "o4": 0.1}
    assert revenue(graph) == {"ann": 75.0, "bob": 0.2}
    twice = {"refund_id": ["b1", "b1"], "order_id": ["o1", "o2"], "amount": ["1", "2"]}
    give(graph, tmp_path, refunds=twice)
    assert back(graph) == {"o1": 5.0, "o2": 2.0, "o3": None, "o4": None}
    assert revenue(graph) == {"ann": 73.0, "bob": 0.3}
    # To one that is not there yet: it waits, and the other one is whole again.
    give(graph, tmp_path, refunds={"refund_id": ["b1"], "order_id": ["never"], "amount": ["2"]})
    assert revenue(graph) == {"ann": 75.0, "bob": 0.3}


def test_an_order_that_changes(graph: Graph, tmp_path: Path) -> None:
    """Its amount, its own refund, and whose it is."""
    give(graph, tmp_path, customers=CUSTOMERS, orders=ORDERS, refunds=REFUNDS)
    orders = some(ORDERS, 1, 2)
    give(graph, tmp_path, orders=orders | {"amount": ["100", "30"], "refunded": ["1", None]})
    # 1 + 15 + 15 of 100; all of 30.
    assert back(graph) == BACK | {"o2": 31.0, "o3": 30.0}
    assert revenue(graph)["ann"] == 32.5 + 69.0
    del orders["refunded"]
    give(graph, tmp_path, orders=orders | {"customer_id": ["bob", "bob"], "amount": ["100", "30"]})
    assert back(graph) == BACK | {"o2": 31.0, "o3": 30.0}
    assert revenue(graph) == {"ann": 32.5, "bob": 69.0}


def test_the_same_facts_are_one_refund(graph: Graph, tmp_path: Path) -> None:
    rows = {
        "order_id": ["o1", "o1", "o1"],
        "amount": ["3"] * 3,
        "refunded_at": ["2024-02-01", "2024-02-01", "2024-02-02"],
    }
    for _ in range(2):
        give(graph, tmp_path, customers=CUSTOMERS, orders=ORDERS, refunds=rows)
        assert back(graph)["o1"] == 11.0


@pytest.mark.parametrize(
    ("row", "says"),
    [
        ({"order_id": "o1"}, "by an amount, or by yes in whole"),
        ({"order_id": "o1", "amount": "1", "whole": "yes"}, "by an amount, or by yes in whole"),
        ({"order_id": "o1", "amount": "-1"}, "is negative"),
        ({"order_id": "o1", "amount": "1", "currency": "USD"}, "is not the graph's currency, EUR"),
        ({"order_id": None, "amount": "1"}, "is empty and must not be"),
    ],
)
def test_what_is_no_refund_is_told(graph: Graph, tmp_path: Path, row: dict[str, Any], says: str) -> None:
    frame = {name: [row.get(name)] for name in ("order_id", "amount", "whole", "currency")}
    summary = give(graph, tmp_path, orders=ORDERS, refunds=frame)
    (told,) = (table for table in summary.tables if table.table == "refunds")
    assert told.rows_rejected == 1
    assert says in told.rejects[0].reason
    assert back(graph)["o1"] == 5.0


def test_what_a_newer_export_no_longer_has(graph: Graph, tmp_path: Path) -> None:
    settled = load_settings(currency="EUR", home=tmp_path)
    whole = {"customers": CUSTOMERS, "orders": ORDERS, "refunds": REFUNDS}
    give(graph, tmp_path, **whole)
    newer = pd.DataFrame(some(REFUNDS, 0, 2, 4, 5, 6), dtype="str")
    summary = load(graph, {"refunds": newer}, settings=settled, replace=True)
    assert [(each.table, each.rows) for each in summary.removed] == [("refunds", 3)]
    assert back(graph) == {"o1": 15.0, "o2": 15.0, "o3": 10.0, "o4": 0.3}
    assert revenue(graph) == {"ann": 40.0, "bob": 0.0}
    one = picture(graph)
    graph.write("MATCH (n) DETACH DELETE n")
    give(graph, tmp_path, **whole | {"refunds": newer})
    assert picture(graph) == one
    # The last of an order: nothing was ever given back of it. One of an order that goes waits.
    give(graph, tmp_path, removals={"table": ["refunds", "orders"], "id": ["b3", "o3"]})
    assert back(graph) == {"o1": 15.0, "o2": None, "o4": 0.3}
    assert revenue(graph) == {"ann": 55.0, "bob": 0.0}
    assert graph.read("MATCH (f:Refund {unlinked: true}) RETURN f.refundId").values == [["b5"]]
