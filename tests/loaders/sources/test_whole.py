"""What all rows of a source tell together: the same whatever their order and however they are parted into files.

And money given back by rows of its own: the same however they are parted into loads, too.
"""

from __future__ import annotations

import math
import os
import tempfile
from collections import defaultdict
from collections.abc import Sequence
from itertools import permutations
from pathlib import Path
from typing import NamedTuple

import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from refnet.graph import Graph
from refnet.loaders import load
from refnet.loaders.check import check
from refnet.loaders.files import opened
from refnet.loaders.given import sources
from refnet.loaders.resuming import course
from tests.conftest import wipe
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


def _orders(files: Sequence[Sequence[Line]]) -> tuple[dict[str, tuple[str, float, float]], set[str]]:
    """The orders that come of files, by id, with amount and what is given back; and the refunds, by their facts."""
    with tempfile.TemporaryDirectory() as directory:
        found, _ = sources(_written(Path(directory), files), None, "mention-me-orders")
        rows: dict[str, tuple[str, float]] = {}
        back: dict[str, set[tuple[str, float]]] = defaultdict(set)
        for each in found:
            for chunk in each.opened.chunks() if each.table.name in ("orders", "refunds") else ():
                frame = check(each.table, chunk.frame, chunk.rows, "EUR", chunk.written).frame
                assert len(frame) == len(chunk.frame)
                if each.table.name == "refunds":
                    names = ("order_id", "refunded_at", "amount")
                    for order, at, amount in zip(*(frame[n].tolist() for n in names), strict=True):
                        back[order].add((str(at), math.inf if pd.isna(amount) else amount))
                    continue
                for order, *held in zip(
                    *(frame[n].tolist() for n in ("order_id", "customer_id", "amount")), strict=True
                ):
                    assert order not in rows
                    rows[order] = (held[0], held[1])
        sums = {order: math.fsum(much for _, much in several) for order, several in back.items()}
        told = {order: (who, much, min(much, sums.get(order, 0.0))) for order, (who, much) in rows.items()}
        return told, {f"{order} {each}" for order, several in back.items() for each in several}


def _plainly(lines: Sequence[Line]) -> dict[str, tuple[str, float, float]]:
    """The same, row by row."""
    orders = {line.order: line for line in lines if line.type == "order"}
    back: dict[str, float] = {}
    for order, line in orders.items():
        told = {o for o in lines if o.type != "order" and o.order == order}
        whole = any(o.type == "CANCELLATION_FULL" for o in told)
        back[order] = min(line.amount, line.amount if whole else sum(-(o.delta or 0) for o in told))
    kept: dict[str, Line] = {}
    for line in sorted(orders.values(), key=lambda o: (o.minute, o.order)):
        near = (k for k in kept.values() if (k.customer, k.amount) == (line.customer, line.amount))
        if back[line.order] == line.amount or not any(
            line.minute - k.minute <= 60 and back[k.order] < k.amount for k in near
        ):
            kept[line.order] = line
    return {order: (k.customer, float(k.amount), float(back[order])) for order, k in kept.items()}


@st.composite
def _lines(draw: st.DrawFn) -> list[Line]:
    orders = draw(
        st.lists(
            st.tuples(st.sampled_from("ab"), st.sampled_from([10, 20]), st.integers(0, 240)), max_size=12
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


@settings(max_examples=40, deadline=None)
@given(_lines(), st.data())
def test_neither_order_nor_files_matter(lines: list[Line], data: st.DataObject) -> None:
    orders, refunds = _orders([lines])
    assert orders == _plainly(lines)
    shuffled = data.draw(st.permutations(lines))
    cuts = sorted(data.draw(st.lists(st.integers(0, len(lines)), max_size=3)))
    files = [shuffled[a:b] for a, b in zip([0, *cuts], [*cuts, len(lines)], strict=True)]
    assert _orders([each for each in files if each] or [[]]) == (orders, refunds)
    # What stands in two files is no more than in one.
    again = data.draw(st.lists(st.sampled_from(lines), max_size=3)) if lines else []
    assert _orders([lines, [line for line in again if line.type != "order"]]) == (orders, refunds)


def test_across_chunks() -> None:
    """A refund long before its order, and sales told again in a later chunk."""
    count = opened.CHUNK_ROWS + 1_000
    lines = [Line("CANCELLATION_FULL", "O-21000", "c21000", 1, 0)]
    lines += [Line("order", f"O-{n}", f"c{n}", 10, n) for n in range(count)]
    lines += [Line("order", f"P-{n}", f"c{n}", 10, n + 30) for n in range(count)]
    lines[1], lines[-1] = lines[-1], lines[1]
    lines.append(Line("CANCELLATION_FULL", "O-20999", "c20999", 1, 0))
    orders, refunds = _orders([lines])
    # Of an order that was given back another one is no repetition.
    assert len(orders) == count + 1
    assert orders["O-20999"] == ("c20999", 10.0, 10.0)
    assert orders["P-20999"] == ("c20999", 10.0, 0.0)
    assert {each.split()[0] for each in refunds} == {"O-20999", "O-21000"}


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
    """The three sales of a customer fifty minutes apart, and one that was given back in a file of its own."""
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


def test_a_load_that_broke_off_goes_on_with_the_same_files_only(graph: Graph, tmp_path: Path) -> None:
    """What a file's rows become may depend on the others: beside another one it is another load."""
    paths = _written(
        tmp_path, [[Line("order", "O-1", "a", 10, 0)], [Line("CANCELLATION_FULL", "O-1", "a", 1, 1)]]
    )

    def prints(given: list[Path]) -> set[str | None]:
        found, _ = sources(given, None, "mention-me-orders")
        here = [each for each in found if each.table.name == "orders"]
        return {run.fingerprint for run in course(graph, here, "EUR", b"").runs}

    assert prints(paths) == prints(paths)
    assert not prints(paths) & prints(paths[:1])
