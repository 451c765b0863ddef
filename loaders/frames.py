"""Frames: tables that somebody has in memory, of pandas, polars, pyarrow or networkx, as if they were files.

polars and networkx are never imported here: a frame of theirs can only come from who has.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from refnet.core.errors import UsageError
from refnet.loaders.aside import Aside
from refnet.loaders.files import Chunk, Opened, open_file, open_frame
from refnet.loaders.files.opened import CHUNK_ROWS, as_frame

NETWORK = "network"
"""The name under which a DiGraph is given: it is customers and referrals at once."""


def opened_frames(name: str, frame: Any, aside: Aside) -> dict[str, Opened]:
    """A frame as the tables that it is.

    Args:
        name: the table's; `network` for a DiGraph.
        frame: DataFrame of pandas or polars, LazyFrame (run once, to a file aside), Table of pyarrow, DiGraph.
        aside: for what does not fit into memory.

    Raises:
        UsageError: it is none of these.
    """
    if isinstance(frame, pd.DataFrame):
        return {name: open_frame(name, frame)}
    if isinstance(frame, pa.Table):
        return {
            name: _sliced(
                f"Table {name}", frame.column_names, frame.num_rows, lambda at: frame.slice(at, CHUNK_ROWS)
            )
        }
    polars, networkx = sys.modules.get("polars"), sys.modules.get("networkx")
    if polars is not None and isinstance(frame, polars.LazyFrame):
        called = f"LazyFrame {name}"
        path = aside.path(f"{name}.parquet", called)
        frame.sink_parquet(path)
        return {name: open_file(path).called(called)}
    if polars is not None and isinstance(frame, polars.DataFrame):
        oldest = polars.CompatLevel.oldest()

        def part(at: int) -> pa.Table:
            return frame.slice(at, CHUNK_ROWS).to_arrow(compat_level=oldest)

        return {name: _sliced(f"DataFrame {name}", frame.columns, frame.height, part)}
    if networkx is not None and isinstance(frame, networkx.Graph):
        return _network(name, frame)
    raise UsageError(
        f"{name} is a {type(frame).__module__}.{type(frame).__name__}, which is no table.",
        "Give DataFrames of pandas or polars, a LazyFrame, Tables of pyarrow, or a DiGraph of networkx.",
    )


def _sliced(called: str, columns: list[str], rows: int, part: Callable[[int], pa.Table]) -> Opened:
    """A table that gives its rows from a place on, as pandas' in chunks."""

    def chunks() -> Iterator[Chunk]:
        for at in range(0, rows, CHUNK_ROWS):
            table = part(at)
            yield Chunk(as_frame(table), np.arange(table.num_rows, dtype=np.int64) + at + 2, [])

    return Opened(called, [str(column) for column in columns], rows, chunks)


def _network(name: str, graph: Any) -> dict[str, Opened]:
    """Nodes are customers, edges referrals from whom they leave to whom they reach; their attributes are columns."""
    if not graph.is_directed():
        raise UsageError(
            f"{name} is undirected: who brought whom?", "Give a DiGraph, its edges from the referrer."
        )
    if name != NETWORK:
        raise UsageError(
            f"A DiGraph is no {name} alone: its nodes are customers, its edges referrals.",
            f'Give it as {{"{NETWORK}": graph}}.',
        )
    nodes = [{"customer_id": node, **held} for node, held in graph.nodes(data=True)]
    edges = [{"referrer_id": a, "referee_id": b, **held} for a, b, held in graph.edges(data=True)]
    return {
        "customers": open_frame("customers of the network", _frame(nodes, ["customer_id"])),
        "referrals": open_frame("referrals of the network", _frame(edges, ["referrer_id", "referee_id"])),
    }


def _frame(rows: list[dict[str, Any]], least: list[str]) -> pd.DataFrame:
    columns = list(dict.fromkeys([*least, *(name for row in rows for name in row)]))
    return pd.DataFrame({c: pd.Series([row.get(c) for row in rows], dtype=object) for c in columns})
