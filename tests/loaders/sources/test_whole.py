"""What all rows of a source tell together, sales told again and money given back by rows of its own: the same whatever
their order and however they are parted into files and loads.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from itertools import permutations
from pathlib import Path
from typing import NamedTuple

import pandas as pd
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from refnet.graph import Graph
from refnet.loaders import load
from tests.conftest import KINDS, wipe
from tests.loaders.conftest import picture

HEADER = "type,CustomerEmail,OrderId,OrderDate,OrderTotal,CustomerId,DeltaAmount"


class Line(NamedTuple):
    """One of a Mention Me file."""

    type: str
    order: str
    customer: str
    amount: int
    minute: int
    delta: int | None = None

    def __str__(self) -> str:
        at = pd.Timestamp("2024-01-01") + pd.Timedelta(minutes=self.minute)
        delta = "" if self.delta is None else self.delta
        return f"{self.type},,{self.order},{at:%Y-%m-%dT%H:%M:%SZ},{self.amount},{self.customer},{delta}"


def _written(directory: Path, files: Sequence[Sequence[Line]]) -> list[Path]:
    paths = []
    for place, lines in enumerate(files):
        path = directory / f"orders-{place}.csv"
        path.write_text("\n".join([HEADER, *map(str, lines)]) + "\n", encoding="utf-8")
        paths.append(path)
    return paths


def _held(graph: Graph) -> dict[str, tuple[str, float, float, bool]]:
    """Orders by id: whose, how much, how much is given back, whether somebody has placed them."""
    found = graph.read(
        "MATCH (o:Order) RETURN o.orderId, o.customerId, o.amount, coalesce(o.refunded, 0.0), "
        "EXISTS { (o)<-[:PLACED]-(:Customer) }, coalesce(o.duplicate, false)"
    ).values
    assert all(placed != again for *_, placed, again in found)
    return {order: (who, amount, back, placed) for order, who, amount, back, placed, _ in found}


def _plainly(lines: Sequence[Line]) -> dict[str, tuple[str, float, float, bool]]:
    """The same, row by row."""
    orders = {line.order: line for line in lines if line.type == "order"}
    back: dict[str, float] = {}
    for order, line in orders.items():
        told = {o for o in lines if o.type != "order" and o.order == order}
        whole = any(o.type == "CANCELLATION_FULL" for o in told)
        back[order] = min(line.amount, line.amount if whole else sum(-(o.delta or 0) for o in told))
    sales: dict[str, Line] = {}
    for line in sorted(orders.values(), key=lambda o: (o.minute, o.order)):
        near = (k for k in sales.values() if (k.customer, k.amount) == (line.customer, line.amount))
        if back[line.order] == line.amount or not any(
            line.minute - k.minute <= 60 and back[k.order] < k.amount for k in near
        ):
            sales[line.order] = line
    return {
        order: (o.customer, float(o.amount), float(back[order]), order in sales)
        for order, o in orders.items()
    }


@st.composite
def _lines(draw: st.DrawFn) -> list[Line]:
    orders = draw(
        st.lists(
            st.tuples(st.sampled_from("ab"), st.sampled_from([10, 20]), st.integers(0, 240)),
            min_size=1,
            max_size=12,
        )
    )
    lines = [Line("order", f"O-{n}", *each) for n, each in enumerate(orders)]
    backs = draw(
        st.lists(
            st.tuples(
                st.integers(0, 14),
                st.sampled_from(["CANCELLATION_FULL", "CANCELLATION_PARTIAL"]),
                st.integers(1, 30),
                st.integers(0, 3),
            ),
            max_size=6,
        )
    )
    return lines + [
        Line(kind, f"O-{n}", "a", 1, minute, None if kind == "CANCELLATION_FULL" else -back)
        for n, kind, back, minute in backs
    ]


def _some(examples: int) -> settings:
    return settings(
        max_examples=int(os.environ.get("EXAMPLES", examples)),
        deadline=None,
        suppress_health_check=[HealthCheck.function_scoped_fixture],
        phases=[Phase.explicit, Phase.reuse, Phase.generate],
    )


@pytest.mark.parametrize("kind", KINDS[:1])
@_some(8)
@given(lines=_lines(), data=st.data())
def test_neither_order_nor_files_nor_loads_matter(
    graph: Graph, tmp_path: Path, lines: list[Line], data: st.DataObject
) -> None:
    in_any_order_of_files_and_loads(graph, tmp_path, lines, data)


@pytest.mark.parametrize("kind", KINDS[1:])
@_some(2)
@given(lines=_lines(), data=st.data())
def test_nor_on_servers(graph: Graph, tmp_path: Path, lines: list[Line], data: st.DataObject) -> None:
    in_any_order_of_files_and_loads(graph, tmp_path, lines, data)


def in_any_order_of_files_and_loads(
    graph: Graph, tmp_path: Path, lines: list[Line], data: st.DataObject
) -> None:
    wipe(graph)
    load(graph, _written(tmp_path, [lines]))
    one, expected = picture(graph), _plainly(lines)
    assert _held(graph) == expected
    figures = {
        who: (orders, revenue)
        for who, orders, revenue in graph.read(
            "MATCH (c:Customer) RETURN c.customerId, c.orders, c.revenue"
        ).values
    }
    for who, (orders, revenue) in figures.items():
        sales = [
            amount - back for whose, amount, back, placed in expected.values() if whose == who and placed
        ]
        assert (orders, revenue) == (len(sales), sum(sales) if sales else None)
    shuffled = data.draw(st.permutations(lines))
    cuts = sorted(data.draw(st.lists(st.integers(0, len(lines)), max_size=3)))
    parts = [shuffled[a:b] for a, b in zip([0, *cuts], [*cuts, len(lines)], strict=True)]
    paths = _written(tmp_path, [each for each in parts if each])
    wipe(graph)
    load(graph, paths)
    assert picture(graph) == one
    wipe(graph)
    for path in paths:
        load(graph, path)
    assert picture(graph) == one
    # A complete newer export that has only some of it, and all of it again.
    fewer = data.draw(st.lists(st.sampled_from(lines), min_size=1, unique=True))
    load(graph, _written(tmp_path, [fewer]), named="mention-me-orders", replace=True, yes=True)
    assert _held(graph) == _plainly(fewer)
    load(graph, _written(tmp_path, [lines]))
    assert picture(graph) == one


def test_a_refund_in_another_currency_is_told(graph: Graph, tmp_path: Path) -> None:
    path = tmp_path / "orders.csv"
    path.write_text(
        "type,CustomerEmail,OrderId,OrderDate,OrderTotal,OrderCurrency,CustomerId,DeltaAmount\n"
        "order,,O-1,2024-01-01,50,EUR,a,\n"
        "CANCELLATION_PARTIAL,,O-1,2024-01-02,50,usd,a,-20\n"
        "CANCELLATION_PARTIAL,,O-1,2024-01-02,50,eur,a,-5\n",
        encoding="utf-8",
    )
    summary = load(graph, path)
    (told,) = (table for table in summary.tables if table.table == "refunds")
    assert [(reject.row, reject.column, reject.value) for reject in told.rejects] == [
        (3, "OrderCurrency", "usd")
    ]
    assert graph.read("MATCH (o:Order) RETURN o.refunded").values == [[5.0]]


def test_the_graph_is_the_same(graph: Graph, tmp_path: Path) -> None:
    """Three tellings fifty minutes apart, of two sales; and one that was given back in a file of its own."""
    lines = [Line("order", f"O-{n}", "a", 10, minute) for n, minute in enumerate((0, 50, 100))]
    lines += [
        Line("order", "O-9", "b", 30, 0),
        Line("CANCELLATION_PARTIAL", "O-9", "b", 30, 9, -10),
    ]
    paths = _written(tmp_path, [lines[1::2], lines[::2]])
    load(graph, paths)
    one = picture(graph)
    load(graph, list(reversed(paths)))
    assert picture(graph) == one
    placed = graph.read(
        "MATCH (c:Customer)-[:PLACED]->(o:Order) RETURN c.customerId AS who, o.orderId AS id, "
        "coalesce(o.refunded, 0.0) AS back ORDER BY id"
    )
    assert [tuple(row.values()) for row in placed] == [
        ("a", "O-0", 0.0),
        ("a", "O-2", 0.0),
        ("b", "O-9", 10.0),
    ]


def test_a_refund_in_another_load(graph: Graph, tmp_path: Path) -> None:
    """Later than its order, or earlier: the same graph; until the order is there it waits, and that is told."""
    lines = [Line("order", "O-1", "a", 10, 0), Line("order", "O-2", "a", 30, 300)]
    lines += [
        Line("CANCELLATION_FULL", "O-1", "a", 10, 9),
        Line("CANCELLATION_PARTIAL", "O-2", "a", 30, 400, -7),
        Line("CANCELLATION_PARTIAL", "O-2", "a", 30, 500, -8),
    ]
    (whole,) = _written(tmp_path, [lines])
    load(graph, whole)
    one = picture(graph)
    paths = _written(tmp_path, [[line] for line in lines])
    for order in (
        permutations(range(5), 5) if os.environ.get("EXAMPLES") else [(0, 1, 2, 3, 4), (4, 2, 1, 3, 0)]
    ):
        wipe(graph)
        for place in order:
            summary = load(graph, paths[place])
        assert not summary.waiting
        assert picture(graph) == one, order
        load(graph, paths[:2])  # orders again without their refunds
        assert picture(graph) == one
    held = graph.read("MATCH (o:Order) RETURN o.orderId, o.refunded ORDER BY o.orderId").values
    assert held == [["O-1", 10.0], ["O-2", 15.0]]
    assert graph.read("MATCH (c:Customer) RETURN c.revenue").values == [[15.0]]
    wipe(graph)
    assert load(graph, paths[2]).waiting == {"refunds": 1}


def test_a_complete_export_without_a_refund_that_was(graph: Graph, tmp_path: Path) -> None:
    order, back = Line("order", "O-1", "a", 10, 0), Line("CANCELLATION_PARTIAL", "O-1", "a", 10, 9, -4)
    (whole,) = _written(tmp_path, [[order, back]])
    load(graph, whole)
    assert graph.read("MATCH (o:Order) RETURN o.refunded").values == [[4.0]]
    assert load(graph, whole, replace=True).removed == []
    (newer,) = _written(tmp_path, [[order]])
    (gone,) = load(graph, newer, replace=True, yes=True).removed
    assert (gone.table, gone.of, gone.rows) == ("refunds", "mention-me-orders", 1)
    assert graph.read("MATCH (o:Order) RETURN o.refunded").values == [[None]]
    assert graph.read("MATCH (c:Customer) RETURN c.revenue").values == [[10.0]]
