"""The same sale told twice, in canonical files: what becomes of it whatever happens to the orders and their people.

That neither the order of rows nor files nor loads matter is in sources/test_whole.py.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd

from refnet.graph import Graph
from refnet.loaders import load
from tests.loaders.conftest import picture

DAY = "2024-01-01T"


def orders(*rows: str) -> pd.DataFrame:
    """Orders as `id customer time amount minutes`."""
    names = ["order_id", "customer_id", "placed_at", "amount", "once_within"]
    frame = pd.DataFrame([row.split() for row in rows], columns=names)
    frame["placed_at"] = DAY + frame["placed_at"] + ":00Z"
    return frame.replace({"once_within": {"-": None}})


def placed(graph: Graph) -> dict[str, str | None]:
    """Orders by id, and who has placed them."""
    found = graph.read("MATCH (o:Order) OPTIONAL MATCH (o)<-[:PLACED]-(c) RETURN o.orderId, c.customerId")
    assert len({order for order, _ in found.values}) == len(found.values)
    return dict(found.values)


def figures(graph: Graph) -> dict[str, Any]:
    """Customers by id, with their number of orders and their revenue."""
    found = graph.read("MATCH (c:Customer) RETURN c.customerId, c.orders, c.revenue")
    return {who: (several, revenue) for who, several, revenue in found.values}


PEOPLE = pd.DataFrame({"customer_id": ["a", "b"]})
TWO = orders(
    "o1 a 10:00 20 60", "o2 a 10:59 20.00 60", "o3 a 11:01 20 60", "o4 b 10:30 20 60", "o5 a 10:30 21 60"
)


def test_within_minutes_of_a_sale_it_is_told_again(graph: Graph) -> None:
    summary = load(graph, {"customers": PEOPLE, "orders": TWO})
    assert placed(graph) == {"o1": "a", "o2": None, "o3": "a", "o4": "b", "o5": "a"}
    assert figures(graph) == {"a": (3, 61.0), "b": (1, 20.0)}
    assert summary.duplicates == 1
    assert "1 order is the same sale told again, and not counted (`refnet query duplicates/list`)." in str(
        summary
    )
    assert summary.to_dict()["duplicates"] == 1
    (told,) = graph.query("duplicates/list", limit=10)
    assert (told["orderId"], told["saleId"], told["customerId"]) == ("o2", "o1", "a")
    assert not summary.waiting


def test_of_one_moment_the_smallest_id_is_the_sale(graph: Graph) -> None:
    load(
        graph,
        {"customers": PEOPLE, "orders": orders("o9 a 10:00 20 0", "o1 a 10:00 20 0", "o0 a 10:01 20 0")},
    )
    assert placed(graph) == {"o9": None, "o1": "a", "o0": "a"}


def test_what_says_no_minutes_is_never_one(graph: Graph) -> None:
    load(
        graph,
        {"customers": PEOPLE, "orders": orders("o1 a 10:00 20 -", "o2 a 10:00 20 60", "o3 a 10:00 20 -")},
    )
    assert set(placed(graph).values()) == {"a"}


def test_minutes_are_not_negative(graph: Graph) -> None:
    summary = load(graph, {"customers": PEOPLE, "orders": orders("o1 a 10:00 20 -5")})
    assert [(reject.column, reject.reason) for reject in summary["orders"].rejects] == [
        ("once_within", "is negative")
    ]


def test_an_order_that_changes_is_held_against_others(graph: Graph) -> None:
    """Another amount, another customer, another time, no minutes any more: and the sale before it is one again."""
    first = orders("o1 a 10:00 20 60", "o2 a 10:10 20 60")
    load(graph, {"customers": PEOPLE, "orders": first})
    assert placed(graph) == {"o1": "a", "o2": None}
    for changed, where in (
        ("o1 a 10:00 30 60", {"o1": "a", "o2": "a"}),
        ("o1 a 10:00 20 60", {"o1": "a", "o2": None}),
        ("o1 b 10:00 20 60", {"o1": "b", "o2": "a"}),
        ("o1 a 10:20 20 60", {"o1": None, "o2": "a"}),
        ("o1 a 10:20 20 5", {"o1": "a", "o2": "a"}),
        ("o2 a 10:10 20 -", {"o1": "a", "o2": "a"}),
        ("o2 a 10:10 20 60", {"o1": "a", "o2": "a"}),
        ("o1 a 10:00 20 60", {"o1": "a", "o2": None}),
        ("o1 a 10:00 20 -", {"o1": "a", "o2": "a"}),
    ):
        load(graph, {"orders": orders(changed)})
        assert placed(graph) == where, changed
        of = [order for order, who in where.items() if who == "a"]
        assert figures(graph)["a"][0] == len(of), changed
    load(graph, {"orders": first})
    assert (placed(graph), figures(graph)["a"]) == ({"o1": "a", "o2": None}, (1, 20.0))


def test_told_once_more_without_minutes_a_duplicate_stays_one(graph: Graph) -> None:
    """By a file that has no such column."""
    load(graph, {"customers": PEOPLE, "orders": TWO})
    before = picture(graph)
    load(graph, {"orders": TWO.drop(columns="once_within")})
    assert picture(graph) == before


def test_customers_who_come_later(graph: Graph) -> None:
    summary = load(graph, {"orders": TWO})
    assert summary.waiting == {"orders": 4}  # what is told again waits for nobody
    load(graph, {"customers": PEOPLE})
    assert placed(graph) == {"o1": "a", "o2": None, "o3": "a", "o4": "b", "o5": "a"}
    # One whose sale goes before its customer comes.
    graph.write("MATCH (n) DETACH DELETE n")
    load(graph, {"orders": TWO})
    summary = load(graph, {"removals": pd.DataFrame({"table": ["orders"], "id": ["o1"]})})
    assert summary.waiting == {"orders": 3}
    load(graph, {"customers": PEOPLE})
    assert placed(graph) == {"o2": "a", "o3": None, "o4": "b", "o5": "a"}


def test_an_order_that_is_deleted(graph: Graph) -> None:
    load(graph, {"customers": PEOPLE, "orders": TWO})
    load(graph, {"removals": pd.DataFrame({"table": ["orders"], "id": ["o1"]})})
    # Of the others one is the sale now, and the next one is within an hour of it.
    assert placed(graph) == {"o2": "a", "o3": None, "o4": "b", "o5": "a"}
    assert figures(graph) == {"a": (2, 41.0), "b": (1, 20.0)}


def test_customers_of_several_ids(graph: Graph) -> None:
    """Sales are told again by one id; whoever has all the ids has placed them."""
    rows = orders("o1 x 10:00 20 60", "o2 x 10:10 20 60", "o3 a 10:20 20 60")
    aliases = pd.DataFrame({"alias": ["x"], "customer_id": ["a"]})
    people = pd.DataFrame({"customer_id": ["a", "x"]})
    load(graph, {"customers": people, "aliases": aliases, "orders": rows})
    assert placed(graph) == {"o1": "a", "o2": None, "o3": "a"}
    before = picture(graph)
    load(graph, {"orders": orders("o1 x 10:00 30 60")})
    assert placed(graph) == {"o1": "a", "o2": "a", "o3": "a"}
    assert figures(graph) == {"a": (3, 70.0)}
    load(graph, {"orders": orders("o1 x 10:00 20 60")})
    assert picture(graph) == before


def test_refunds_of_each(graph: Graph) -> None:
    load(graph, {"customers": PEOPLE, "orders": orders("o1 a 10:00 20 60", "o2 a 10:10 20 60")})
    part = pd.DataFrame({"refund_id": ["r"], "order_id": ["o1"], "amount": [5]})
    load(graph, {"refunds": part})
    assert figures(graph)["a"] == (1, 15.0)
    # Wholly given back it is no sale that is told again: the other one is.
    load(graph, {"refunds": part.assign(amount=20)})
    assert (placed(graph), figures(graph)["a"]) == ({"o1": "a", "o2": "a"}, (2, 20.0))
    # It was of the other one.
    load(graph, {"refunds": part.assign(order_id="o2", amount=20)})
    assert (placed(graph), figures(graph)["a"]) == ({"o1": "a", "o2": "a"}, (2, 20.0))
    load(graph, {"refunds": part.assign(order_id="o2", amount=3)})
    assert (placed(graph), figures(graph)["a"]) == ({"o1": "a", "o2": None}, (1, 20.0))
    load(graph, {"refunds": part.assign(amount=20)})
    load(graph, {"refunds": part.assign(refund_id="s", order_id="o9")}, replace=True, yes=True)
    assert (placed(graph), figures(graph)["a"]) == ({"o1": "a", "o2": None}, (1, 20.0))


def test_two_systems_that_tell_one_sale(graph: Graph, tmp_path: Path) -> None:
    """Under ids of their own, and under one that both have, whichever has told it last."""
    path = tmp_path / "orders.csv"
    path.write_text(
        "type,CustomerEmail,OrderId,OrderDate,OrderTotal,CustomerId,DeltaAmount\n"
        "order,,m1,2024-01-01T10:00:00Z,20,a,\norder,,m2,2024-01-01T10:20:00Z,20,a,\n",
        encoding="utf-8",
    )
    load(graph, {"customers": PEOPLE, "orders": orders("o1 a 10:10 20 60")})
    load(graph, path)
    told = {"o1": None, "m1": "a", "m2": None}
    assert placed(graph) == told
    for _ in range(2):
        load(graph, {"orders": orders("m1 a 10:00 20 60")})
        assert placed(graph) == told
        load(graph, path)
        assert placed(graph) == told
    load(graph, {"orders": orders("o1 a 10:10 20 60")}, replace=True, yes=True)
    assert placed(graph) == told
