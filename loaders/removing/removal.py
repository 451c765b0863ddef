"""Remove: rows that a source no longer has lose its name; those without any name go.

What hangs on them waits, as if they had never been loaded, and the figures of customers who lose orders are worked out
again in the same transaction: broken off, the same is simply run again. What was loaded under one of several ids of a
customer is taken from its :Alias; who is who is worked out after the load (`identity`), as always.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from refnet.core.money import exponent
from refnet.core.progress import Reporter
from refnet.graph import Graph, catalogue, removing
from refnet.graph.model import ALIAS, CUSTOMER, ORDER, REFUND, Node
from refnet.loaders.duplicates import work_out
from refnet.loaders.identity import edge_cells
from refnet.loaders.removing.missing import Missing, Row
from refnet.loaders.rows import Table
from refnet.loaders.schemas import TABLES

_PART = 1_000
# What identity does with it then: a shell of a customer is taken away, an alias of itself says nothing.
_KEPT_ROWS = ("removing/take-kept-rows", "removing/take-whole-kept-rows", "removing/empty-kept-rows")
_ALIAS_ROWS = ("removing/take-alias-rows", "removing/take-whole-alias-rows", "removing/undo-alias-rows")

Key = tuple[str]
Statement = tuple[str, dict[str, Any]]


def remove(graph: Graph, missing: Sequence[Missing], currency: str, reporter: Reporter) -> None:
    """Remove what is missing, what hangs on others before these.

    Args:
        graph: where.
        missing: of each table and source.
        currency: the reporting currency, for figures.
        reporter: told how far it is.

    Raises:
        StoreError: the graph cannot be reached.
    """
    if missing:
        graph.query("loads/no-resuming")
    minor = float(10 ** exponent(currency))
    order = list(TABLES)
    for each in sorted(missing, key=lambda one: order.index(one.table.name), reverse=True):
        with reporter.stage(f"{each.table.name}, removing", len(each.rows)) as progress:
            for start in range(0, len(each.rows), _PART):
                part = each.rows[start : start + _PART]
                graph.write_all(list(_steps(graph, each, part, minor)))
                progress.advance(len(part))
            if each.table.edge is not None:
                _bare_targets(graph, each.table, each.whose)


def _steps(graph: Graph, missing: Missing, rows: Sequence[Row], minor: float) -> Iterator[Statement]:
    """What one transaction sends."""
    table, whose = missing.table, missing.whose
    kept = [(row.key,) for row in rows if row.kept]
    if table.edge is not None:
        forget = [table.by_name[name] for name in table.edge.on_target[1:] if name in missing.columns]
        names = [column.property for column in forget if not column.required]
        held = [(row.key, row.holder) for row in rows if row.holder is not None]
        waiting = [(row.key,) for row in rows if row.holder is None]
        for text in removing.take_edges(table.edge.type, table.edge.key, table.edge.target, names):
            yield text, {"rows": held, "source": whose}
        for text in removing.take_waiting(table.edge.target, names):
            yield text, {"rows": waiting, "source": whose}
        return
    node = table.node
    assert node is not None
    yield from of_nodes(graph, node, [(row.key,) for row in rows if not row.kept], kept, minor, whose)


def of_nodes(
    graph: Graph, node: Node, keys: Sequence[Key], kept: Sequence[Key], minor: float, whose: str | None
) -> Iterator[Statement]:
    """What one transaction sends of rows that are nodes.

    Args:
        graph: where.
        node: of what kind.
        keys: of nodes.
        kept: of rows that stand in an :Alias, among others.
        minor: how many minor units make one of the currency.
        whose: the source that no longer has them; None: they are to go, whoever has them.
    """
    of = {} if whose is None else {"source": whose}
    if kept:
        take, take_whole, after = _ALIAS_ROWS if node == ALIAS else _KEPT_ROWS
        yield catalogue()[take_whole if whose is None else take].text, {"rows": kept, **of}
        yield catalogue()[after].text, {"rows": kept}
    if not keys:
        return
    bought = {ORDER: "removing/buyers", REFUND: "removing/buyers-of-refunded"}.get(node)
    buyers = graph.query(bought, ids=[key for (key,) in keys]).values if bought is not None else []
    yield (removing.take_whole(node) if whose is None else removing.take(node)), {"rows": keys, **of}
    for text in _waits(node):
        yield text, {"rows": keys}
    if node == REFUND:
        gone = {"rows": [(key, None) for (key,) in keys], "minor": minor}
        yield catalogue()["refunds/work-out-without"].text, gone
        yield work_out(refunds=[key for (key,) in keys])
    if node == ORDER:
        yield work_out(leaving=[(key, None) for (key,) in keys])
    yield removing.remove(node), {"rows": keys}
    if buyers:
        ids = sorted({customer_id for (customer_id,) in buyers})
        yield catalogue()["upkeep/customers"].text, {"ids": ids, "minor": minor}


def _waits(node: Node) -> Iterator[str]:
    """Who hangs on nodes of a kind, and waits when they are gone."""
    for table in TABLES.values():
        for reference in table.references:
            if table.node is not None and node in (other for _, other in reference.others):
                yield removing.let_wait(table.node, reference, node)
        if table.edge is not None and node == CUSTOMER:
            edge = table.edge
            yield removing.let_wait_edges(table.name, edge.type, edge.key, edge.target, edge_cells(table))


def _bare_targets(graph: Graph, table: Table, whose: str) -> None:
    """Pages and tokens of which the source has no row any more; all of them are looked at, also after a break."""
    edge = table.edge
    assert edge is not None
    awaited = {key for (key,) in graph.stream(removing.targets_of(table.name), source=whose)}
    bare = [
        (key,)
        for (key,) in graph.stream(removing.bare_targets(edge.type, edge.target), source=whose)
        if key not in awaited
    ]
    for start in range(0, len(bare), _PART):
        part = bare[start : start + _PART]
        graph.write_all(
            [
                (removing.take(edge.target), {"rows": part, "source": whose}),
                (removing.remove(edge.target), {"rows": part}),
            ]
        )
