"""Frames of other libraries, and files far away: the same graph as from files here."""

from __future__ import annotations

import datetime as dt
import functools
import http.server
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import fsspec
import networkx as nx
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from refnet.core.errors import InputError, RefnetError, UsageError
from refnet.graph import Graph
from refnet.loaders import dry_run, load
from tests.conftest import wipe
from tests.loaders.conftest import FILES, Write, picture


def test_frames_of_all_kinds_give_one_graph(graph: Graph, write: Write) -> None:
    directory = write(FILES)
    load(graph, directory)
    whole = picture(graph)
    pandas = {name.removesuffix(".csv"): pd.read_csv(directory / name, dtype=str) for name in FILES}
    kinds: list[Any] = [
        pl.from_pandas,
        lambda frame: pl.from_pandas(frame).lazy(),
        lambda frame: pa.Table.from_pandas(frame, preserve_index=False),
    ]
    for kind in kinds:
        wipe(graph)
        load(graph, {name: kind(frame) for name, frame in pandas.items()})
        assert picture(graph) == whole


def test_polars_types_and_many_rows(tmp_path: Path) -> None:
    frame = pl.DataFrame(
        {
            "customer_id": range(2**53, 2**53 + 45_000),
            "joined_at": [dt.datetime(2024, 1, 2)] * 45_000,
            "consent": [True, None, False] * 15_000,
            "tier": ["a", "b", None] * 15_000,
        }
    ).with_columns(pl.col("tier").cast(pl.Categorical))
    for each in (frame, frame.lazy(), frame.to_arrow()):
        (told,) = dry_run({"customers": each}, rejects=tmp_path).tables
        assert (told.rows_read, told.rows_loaded, told.rows_rejected) == (45_000, 45_000, 0)
        held = {c.column: (c.empty, c.distinct) for c in told.columns}  # type: ignore[attr-defined]
        assert held["tier"] == (pytest.approx(1 / 3), 2)
        assert held["consent"] == (pytest.approx(1 / 3), 2)
        assert told.columns[1].least == "2024-01-02T00:00:00Z"  # type: ignore[attr-defined]


def test_a_network_is_customers_and_referrals(graph: Graph) -> None:
    network = nx.DiGraph()
    network.add_node("a", country="DE", age_band="30-40")
    network.add_node(7, joined_at="2024-02-01")
    network.add_edge("a", 7, referred_at="2024-01-31", campaign="x")
    network.add_edge(7, "c")
    summary = load(graph, {"network": network})
    assert [(t.table, t.rows_loaded) for t in summary.tables] == [("customers", 3), ("referrals", 2)]
    found = graph.read(
        "MATCH (c:Customer)-[:MADE]->(m:Claim)-[:NAMES]->(d:Customer) "
        "RETURN c.customerId AS a, c.ageBand AS age, m.campaign AS campaign, d.customerId AS b ORDER BY a"
    )
    assert found.values == [["7", None, None, "c"], ["a", "30-40", "x", "7"]]


def test_what_is_no_frame() -> None:
    for given, said in (
        ({"customers": [1]}, "customers is a builtins.list, which is no table"),
        (pd.DataFrame({"customer_id": ["a"]}), "Of which table is the frame"),
        ({"network": nx.Graph([("a", "b")])}, "network is undirected"),
        ({"referrals": nx.DiGraph([("a", "b")])}, "A DiGraph is no referrals alone"),
        ({"customers": pl.DataFrame({"id": [1]})}, "has no column customer_id"),
        ({"customers": pl.LazyFrame({"id": [1]})}, "LazyFrame customers: has no column customer_id"),
    ):
        with pytest.raises(RefnetError, match=said):
            dry_run(given)


def test_nobody_elses_libraries_are_imported() -> None:
    said = (
        "import sys, refnet.loaders, refnet.front, pandas as pd; from pathlib import Path;"
        "refnet.loaders.dry_run({'customers': pd.DataFrame({'customer_id': ['a']})}, rejects=Path('r'));"
        "print([m for m in ('polars', 'sqlalchemy', 'fsspec', 'pg8000') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", said], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.fixture
def memory() -> Iterator[Any]:
    files = fsspec.filesystem("memory")
    yield files
    files.rm("/", recursive=True)


def test_files_in_another_store(graph: Graph, write: Write, memory: Any) -> None:
    directory = write(FILES)
    load(graph, directory)
    whole = picture(graph)
    wipe(graph)
    for path in directory.iterdir():
        if path.stem == "orders":
            pd.read_csv(path, dtype=str).to_parquet(f"memory://exports/{path.stem}.parquet")
        else:
            memory.pipe(f"/exports/{path.name}", path.read_bytes())
    memory.pipe("/exports/below/customers.csv", b"nothing")
    load(graph, "memory://exports")
    assert picture(graph) == whole
    wipe(graph)
    load(
        graph,
        [
            f"memory://exports/{p.stem}.{'parquet' if p.stem == 'orders' else 'csv'}"
            for p in directory.iterdir()
        ],
    )
    assert picture(graph) == whole
    runs = {row["s"] for row in graph.read("MATCH (r:LoadRun) RETURN r.source AS s")}
    assert "orders.parquet" in runs


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture
def server(tmp_path: Path) -> Iterator[str]:
    served = tmp_path / "served"
    served.mkdir()
    handler = functools.partial(_Quiet, directory=str(served))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as running:
        threading.Thread(target=running.serve_forever, daemon=True).start()
        yield f"127.0.0.1:{running.server_address[1]}"
        running.shutdown()


def test_files_of_a_web_server(server: str, tmp_path: Path) -> None:
    served = tmp_path / "served"
    (served / "customers.csv").write_text("customer_id\na\nb\n")
    pd.DataFrame(
        {"order_id": ["1"], "customer_id": ["a"], "placed_at": ["2024-01-01"], "amount": ["x"]}
    ).to_parquet(served / "orders.parquet")
    signed = f"http://{server}/customers.csv?signature=s3cret"
    told = dry_run([signed, f"http://{server}/orders.parquet"], rejects=tmp_path / "rejects")
    assert [(t.table, t.source, t.rows_loaded, t.rows_rejected) for t in told.tables] == [
        ("customers", "customers.csv", 2, 0),
        ("orders", "orders.parquet", 0, 1),
    ]
    (served / "customers.csv").write_text("id\na\n")
    for address, said in (
        (signed, rf"http://{server}/customers.csv: has no column customer_id"),
        (f"http://{server}/nothing.csv?signature=s3cret", r"nothing.csv: is not there"),
        (f"http://{server}/page.html?signature=s3cret", r"page.html is of no kind that is loaded"),
        (
            "http://user:s3cret@127.0.0.1:1/customers.csv",
            r"http://127.0.0.1:1/customers.csv: cannot be fetched: nobody answers there. Check the address and",
        ),
        (
            "s9://key:s3cret@bucket/customers.csv",
            r"s9://bucket/customers.csv: fsspec knows no store of that kind",
        ),
        ("mysql://user:s3cret@host/shop", r"mysql://host/shop is a database: say what to read of it"),
    ):
        with pytest.raises((InputError, UsageError), match=said) as failed:
            dry_run(address)
        assert "s3cret" not in str(failed.value)
