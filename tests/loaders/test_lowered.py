"""Orders take the place of the revenue column, and a load tells where they say less: they may not be all of them."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from refnet.graph import Graph
from refnet.loaders import load

SHOPIFY = """Customer ID,First Name,Last Name,Email,Accepts Email Marketing,Total Spent,Total Orders,Tax Exempt
'1,Ann,Abel,ann@example.org,yes,120.00,3,no
'2,Ben,Bell,ben@example.org,yes,80.50,2,no
'3,Cy,Cole,cy@example.org,yes,5.00,1,no
'4,Dan,Dahl,dan@example.org,yes,,0,no
"""
ORDERS = pd.DataFrame(
    [
        # Ann and Ben spend less in these than in all; Cy more; Dan has no column to be less than.
        ("o1", "stripe:a", "2024-03-01", 30.0, 0.0),
        ("o2", "stripe:b", "2024-03-02", 90.0, 60.0),
        ("o3", "stripe:c", "2024-03-03", 7.0, 0.0),
        ("o4", "stripe:d", "2024-03-04", 7.0, 0.0),
    ],
    columns=["order_id", "customer_id", "placed_at", "amount", "refunded"],
)
CUSTOMERS = pd.DataFrame(
    {
        "customer_id": [f"stripe:{letter}" for letter in "abcd"],
        "email": [f"{name}@example.org" for name in ("ann", "ben", "cy", "dan")],
    }
)


@pytest.mark.parametrize("column_first", [True, False])
def test_it_is_told_once_in_either_order(graph: Graph, tmp_path: Path, column_first: bool) -> None:
    shopify = tmp_path / "customers_export.csv"
    shopify.write_text(SHOPIFY)
    loads = [shopify, {"customers": CUSTOMERS, "orders": ORDERS}]
    first, then = (load(graph, each) for each in (loads if column_first else reversed(loads)))
    assert first.lowered is None
    assert then.lowered is not None
    assert (then.lowered.customers, then.lowered.by_orders, then.lowered.by_column) == (2, 60.0, 200.5)
    assert (
        "For 2 customers that is less than the revenue column says: 60.00 EUR by their orders, 200.50 EUR"
        in str(then)
    )
    assert then.to_dict()["lowered"] == {"customers": 2, "by_orders": 60.0, "by_column": 200.5}
    # What is known is not told again; the rest of their orders mends it.
    assert load(graph, {"orders": ORDERS}).lowered is None
    rest = ORDERS.assign(order_id=ORDERS["order_id"] + "-rest", amount=200.0)
    assert load(graph, {"orders": rest}).lowered is None
    assert graph.query("loads/lowered-revenue").values == [[0, 0.0, 0.0]]
