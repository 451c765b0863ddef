"""What all rows of a source tell together: the same whatever their order and however they are parted into files."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from refnet.core.errors import InputError
from refnet.graph import Graph
from refnet.loaders import load
from refnet.loaders.check import check
from refnet.loaders.files import opened
from refnet.loaders.given import sources
from refnet.loaders.resuming import course
from refnet.loaders.sources.whole import NOT_HERE, OTHER_CURRENCY
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


def _orders(files: Sequence[Sequence[Line]]) -> tuple[dict[str, tuple[str, float, float]], list[str]]:
    """The orders that come of files, by id, with amount and what was given back; and why rows were refused."""
    with tempfile.TemporaryDirectory() as directory:
        found, _ = sources(_written(Path(directory), files), None, "mention-me-orders")
        rows: dict[str, tuple[str, float, float]] = {}
        refused = []
        for each in found:
            if each.table.name != "orders":
                continue
            for chunk in each.opened.chunks():
                checked = check(each.table, chunk.frame, chunk.rows, "EUR", chunk.written)
                assert not checked.rejects
                refused += [f"{reject.value} {reject.reason}" for reject in chunk.rejects]
                frame = checked.frame
                for order, customer, amount, refunded in zip(
                    *(frame[n].tolist() for n in ("order_id", "customer_id", "amount", "refunded")),
                    strict=True,
                ):
                    assert order not in rows
                    rows[order] = (customer, amount, 0.0 if pd.isna(refunded) else refunded)
        return rows, sorted(refused)


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
    orders, refused = _orders([lines])
    assert orders == _plainly(lines)
    shuffled = data.draw(st.permutations(lines))
    cuts = sorted(data.draw(st.lists(st.integers(0, len(lines)), max_size=3)))
    files = [shuffled[a:b] for a, b in zip([0, *cuts], [*cuts, len(lines)], strict=True)]
    assert _orders([each for each in files if each] or [[]]) == (orders, refused)
    # What stands in two files is no more than in one.
    again = data.draw(st.lists(st.sampled_from(lines), max_size=3)) if lines else []
    refunds = [line for line in again if line.type != "order"]
    assert _orders([lines, refunds])[0] == orders


def test_across_chunks() -> None:
    """A refund long before its order, and sales told again in a later chunk."""
    count = opened.CHUNK_ROWS + 1_000
    lines = [Line("CANCELLATION_FULL", "O-21000", "c21000", 1, 0)]
    lines += [Line("order", f"O-{n}", f"c{n}", 10, n) for n in range(count)]
    lines += [Line("order", f"P-{n}", f"c{n}", 10, n + 30) for n in range(count)]
    lines[1], lines[-1] = lines[-1], lines[1]
    lines.append(Line("CANCELLATION_FULL", "O-20999", "c20999", 1, 0))
    orders, refused = _orders([lines])
    # Of an order that was given back another one is no repetition.
    assert len(orders) == count + 1
    assert orders["O-20999"] == ("c20999", 10.0, 10.0)
    assert orders["P-20999"] == ("c20999", 10.0, 0.0)
    assert refused == ["O-21000 " + NOT_HERE]


def test_a_refund_in_another_currency_is_told(tmp_path: Path) -> None:
    path = tmp_path / "orders.csv"
    path.write_text(
        "type,CustomerEmail,OrderId,OrderDate,OrderTotal,OrderCurrency,CustomerId,DeltaAmount\n"
        "order,,O-1,2024-01-01,50,EUR,a,\n"
        "CANCELLATION_PARTIAL,,O-1,2024-01-02,50,usd,a,-20\n"
        "CANCELLATION_PARTIAL,,O-1,2024-01-02,50,eur,a,-5\n",
        encoding="utf-8",
    )
    found, _ = sources([path], None, "mention-me-orders")
    (orders,) = (each for each in found if each.table.name == "orders")
    (chunk,) = orders.opened.chunks()
    assert chunk.frame["refunded"].tolist() == ["5.0"]
    assert [(reject.row, reject.reason) for reject in chunk.rejects] == [(3, OTHER_CURRENCY)]


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


def test_a_refund_of_no_order_is_told(graph: Graph, tmp_path: Path) -> None:
    """And once its row is loaded with the order, all is well; also as part of a complete export."""
    order = Line("order", "O-1", "a", 10, 0)
    (orders,) = _written(tmp_path, [[order]])
    load(graph, orders)
    (tmp_path / "later").mkdir()
    (later,) = _written(tmp_path / "later", [[Line("CANCELLATION_FULL", "O-1", "a", 10, 9)]])
    summary = load(graph, later)
    (told,) = (table for table in summary.tables if table.table == "orders")
    assert (told.rows_read, told.rows_loaded, told.rows_rejected) == (1, 0, 1)
    assert "load it with the file that has the order" in told.rejects[0].reason
    assert told.rows_file is not None
    rows = told.rows_file
    load(graph, [orders, rows])
    (back,) = graph.read("MATCH (o:Order) RETURN o.refunded AS back")
    assert back["back"] == 10.0
    load(graph, [orders, later], replace=True, yes=True)
    other = Line("CANCELLATION_FULL", "O-2", "a", 10, 9)
    whole = tmp_path / "whole.csv"
    whole.write_text("\n".join([HEADER, str(order), str(other)]) + "\n", encoding="utf-8")
    summary = load(graph, whole, replace=True)
    assert summary.rows_rejected == 1
    with whole.open("a", encoding="utf-8") as file:
        file.write("one,cell,too,many,in,this,line,of,it\n")
    with pytest.raises(InputError, match="cannot be told from others"):
        load(graph, whole, replace=True)


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
