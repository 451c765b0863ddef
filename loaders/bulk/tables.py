"""A table's rows, kept aside while it is read, become the import tool's nodes and relationships."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.ipc

from refnet.graph.model import (
    CANONICAL,
    CUSTOMER,
    DUPLICATE,
    ORDER,
    SOURCES,
    UNLINKED,
    WAITING,
    Node,
    sources_of,
)
from refnet.loaders.bulk.figures import FIGURES, Figures, GivenBack
from refnet.loaders.bulk.keys import Keys, Mask
from refnet.loaders.bulk.written import Files, Kind
from refnet.loaders.rows import Column, Table

Known: TypeAlias = dict[Node, Keys]
"""The ids of each kind of node that is in the files."""


class Spool:
    """Rows on disk, in the order in which they were read; `keys` has the hashes of their ids.

    Args:
        path: of the file. schema: the key, then the columns. keys: empty.
    """

    def __init__(self, path: Path, schema: pa.Schema, keys: Keys) -> None:
        self.path, self.keys, self._schema = path, keys, schema
        self._writer: Any = None

    def __enter__(self) -> Spool:
        options = pa.ipc.IpcWriteOptions(compression="lz4")
        self._file = pa.OSFile(str(self.path), "wb")
        self._writer = pa.ipc.new_stream(self._file, self._schema, options=options)
        return self

    def __exit__(self, *_: object) -> None:
        self._writer.close()
        self._file.close()

    def keep(self, keys: Sequence[str], lists: Sequence[Sequence[Any]]) -> None:
        """Some rows more."""
        self.keys.add(keys)
        arrays = [pa.array(v, type=f.type) for v, f in zip([keys, *lists], self._schema, strict=True)]
        self._writer.write_batch(pa.RecordBatch.from_arrays(arrays, schema=self._schema))

    def rows(self) -> Iterator[tuple[pa.RecordBatch, Mask]]:
        """The rows again, and which of them hold."""
        at = 0
        with pa.OSFile(str(self.path), "rb") as file, pa.ipc.open_stream(file) as stream:
            for batch in stream:
                yield batch, self.keys.holds[at : at + batch.num_rows]
                at += batch.num_rows


def write_nodes(
    files: Files,
    table: Table,
    columns: Sequence[Column],
    spool: Spool,
    known: Known,
    figures: Figures | None = None,
    back: GivenBack | None = None,
    again: Mask | None = None,
) -> int:
    """Rows that become nodes, and the relationships they owe; how many of them wait for another.

    Args:
        files: where to. table, columns, spool: the rows.
        known: whom they can be joined to.
        figures: those of customers: orders add to them, and customers, who are written when all orders are, get them.
        back: of orders, who are written when all refunds are known, what these take back.
        again: which of the spool's orders are the same sale told again, and nobody's.
    """
    node = table.node
    assert node is not None
    held = [column for column in columns if column.property != node.key]
    by_property = {column.property: column.name for column in columns}
    properties: dict[str, Kind] = {column.property: column.type for column in held}
    properties[sources_of(node)] = "texts"
    owed = [reference for reference in table.references if reference.property in by_property]
    if table.references:
        properties[UNLINKED] = "flag"
    if node == CUSTOMER and figures is not None:
        properties |= FIGURES
    if back is not None:
        properties["refunded"] = "money"
    if again is not None:
        properties[DUPLICATE] = "flag"
    into, waiting, at = files.nodes(node, properties), 0, 0
    for every, holds in spool.rows():
        batch = every.filter(pa.array(holds))
        keys = batch.column(0)
        told = {column.property: batch.column(column.name) for column in held}
        refunded = [back.of(keys, told["amount"], told.get("refundedLoaded"))] if back is not None else []
        missing = np.zeros(batch.num_rows, dtype=np.bool_)
        counts = np.ones(batch.num_rows, dtype=np.bool_)
        if again is not None:
            counts = ~again[at : at + every.num_rows][holds]
            at += every.num_rows
        for reference in owed:
            ids = batch.column(by_property[reference.property])
            named, there = ids.to_pylist(), np.asarray(ids.is_valid()) & counts
            kinds = (
                np.asarray(batch.column(by_property[reference.kind]).to_pylist()) if reference.kind else None
            )
            for kind, other in reference.others:
                asked = there if kinds is None else there & (kinds == kind)
                found = asked & (known[other].has(named) if other in known else False)
                missing |= asked & ~found
                if not found.any():
                    continue  # a file that names a kind of node which is not there is refused
                kept = pa.array(found)
                ours, theirs = keys.filter(kept), ids.filter(kept)
                if node == ORDER and figures is not None:
                    sold = told | ({"refunded": refunded[0]} if refunded else {})
                    figures.meet(theirs, {name: values.filter(kept) for name, values in sold.items()})
                ends = (node, other) if reference.outward else (other, node)
                files.relationships(reference.type, *ends, {}).write(
                    [ours, theirs] if reference.outward else [theirs, ours]
                )
        waiting += int(missing.sum())
        marks = [pa.array(np.ones(len(missing), dtype=np.bool_), mask=~missing)] if table.references else []
        follows = figures.of(keys, told) if node == CUSTOMER and figures is not None else []
        same = [pa.array(~counts, mask=counts)] if again is not None else []
        into.write([keys, *told.values(), _whose(len(keys)), *marks, *follows, *refunded, *same])
    return waiting


def write_edges(files: Files, table: Table, columns: Sequence[Column], spool: Spool, known: Known) -> int:
    """Rows that become relationships from a customer to a node of their own; how many wait for the customer."""
    edge = table.edge
    assert edge is not None
    by_name = {column.name: column for column in columns}
    on_edge = [by_name[name] for name in edge.on_edge if name in by_name]
    types: dict[str, Kind] = {column.property: column.type for column in on_edge}
    types[SOURCES] = "texts"
    waiting = 0
    for every, holds in spool.rows():
        batch = every.filter(pa.array(holds))
        customers = batch.column("customer_id")
        named = customers.to_pylist()
        there = known[CUSTOMER].has(named) if CUSTOMER in known else np.zeros(len(named), dtype=np.bool_)
        facts = [batch.column(0), customers, batch.column(edge.on_target[0])]
        facts += [batch.column(column.name) for column in on_edge]
        if there.any():
            keys, whose, target, *rest = (column.filter(pa.array(there)) for column in facts)
            kept: dict[str, Kind] = {edge.key: "id", "customerId": "id", **types}
            joined = files.relationships(edge.type, CUSTOMER, edge.target, kept)
            joined.write([whose, target, keys, whose, *rest, _whose(len(keys))])
        if not there.all():
            keys, whose, target, *rest = (column.filter(pa.array(~there)) for column in facts)
            wait = files.nodes(
                WAITING, {"source": "text", "customerId": "id", "target": "id", **types}, table.name
            )
            wait.write([keys, [table.name] * len(keys), whose, target, *rest, _whose(len(keys))])
        waiting += int((~there).sum())
    _write_targets(files, table, [by_name[name] for name in edge.on_target if name in by_name], spool)
    return waiting


def _write_targets(files: Files, table: Table, columns: Sequence[Column], spool: Spool) -> None:
    """The nodes at the end, each once: what a later row says of one holds, what it leaves empty stays as it was."""
    assert table.edge is not None
    names = [column.name for column in columns]
    properties: dict[str, Kind] = {column.property: column.type for column in columns[1:]}
    into = files.nodes(table.edge.target, {**properties, SOURCES: "texts"})
    if all(column.required for column in columns):
        # Nothing is ever left empty: the last row of each says all. So as many as there are customers are no matter.
        keys, at = Keys(), 0
        for batch, _ in spool.rows():
            keys.add(batch.column(names[0]).to_pylist())
        keys.settle()
        for batch, _ in spool.rows():
            kept = batch.filter(pa.array(keys.holds[at : at + batch.num_rows]))
            into.write([*(kept.column(name) for name in names), _whose(kept.num_rows)])
            at += batch.num_rows
        return
    said: dict[str, list[Any]] = {}
    for batch, _ in spool.rows():
        for key, *values in zip(*(batch.column(name).to_pylist() for name in names), strict=True):
            before = said.get(key, [None] * len(values))
            said[key] = [b if a is None else a for a, b in zip(values, before, strict=True)]
    told = ([values[n] for values in said.values()] for n in range(len(names) - 1))
    into.write([list(said), *told, _whose(len(said))])


def _whose(rows: int) -> list[str]:
    """The sources of so many rows."""
    return [CANONICAL] * rows
