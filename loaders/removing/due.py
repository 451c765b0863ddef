"""Due: what a list of removals names, and the graph still has, goes.

A :Removal is due from the transaction on that has made it (or made it again) until the one that has removed its row.
From then on there is none to remove, since whoever loads keeps such rows out. So only a load that has a list, or comes
after one that broke off, looks for any, by their ids.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from refnet.core.money import exponent
from refnet.core.progress import Reporter
from refnet.graph import Graph, catalogue, removing
from refnet.graph.model import ALIAS, CUSTOMER
from refnet.loaders.removing.removal import Key, of_nodes
from refnet.loaders.rows import Table
from refnet.loaders.schemas import TABLES

_PART = 1_000


def remove_due(graph: Graph, currency: str, reporter: Reporter) -> dict[str, int]:
    """Remove rows that are listed, whichever sources have them, what hangs on others before these.

    Args:
        graph: where.
        currency: the reporting currency, for figures.
        reporter: told how far it is.

    Returns:
        How many rows there were, by table.

    Raises:
        StoreError: the graph cannot be reached.
    """
    minor = float(10 ** exponent(currency))
    gone: dict[str, int] = {}
    due: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for key, name, row_id in graph.query("removals/due").values:
        due[name].append((key, row_id))
    for table in reversed([table for name, table in TABLES.items() if name in due]):
        rows = due[table.name]
        with reporter.stage(f"{table.name}, removing", len(rows)) as progress:
            for start in range(0, len(rows), _PART):
                part = rows[start : start + _PART]
                keys, kept = _there(graph, table, [row_id for _, row_id in part])
                assert table.node is not None
                steps = list(of_nodes(graph, table.node, keys, kept, minor, None))
                steps.append((catalogue()["removals/done"].text, {"rows": [(key,) for key, _ in part]}))
                graph.write_all(steps)
                gone[table.name] = gone.get(table.name, 0) + len({*keys, *kept})
                progress.advance(len(part))
    return {name: gone[name] for name in TABLES if gone.get(name)}


def _there(graph: Graph, table: Table, ids: Sequence[str]) -> tuple[list[Key], list[Key]]:
    """Which of some rows are nodes, and which stand in an :Alias."""
    assert table.node is not None
    kept: list[Key] = []
    if table.node in (CUSTOMER, ALIAS):
        query = "removing/alias-rows-there" if table.node == ALIAS else "removing/kept-rows-there"
        kept = [(row["id"],) for row in graph.query(query, ids=ids)]
    if table.node == ALIAS:
        return [], kept
    return [(row["id"],) for row in graph.read(removing.there(table.node), ids=ids)], kept
