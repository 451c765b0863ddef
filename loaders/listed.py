"""Listed: rows that lists of removals name, and that are not taken, whoever sends them.

Of the tables that are loaded all such ids are held in memory, as texts.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from refnet.graph import Graph
from refnet.loaders.rows import Table
from refnet.loaders.schemas import REMOVALS

Lists = dict[str, list[Any]]


class Listed:
    """Ids of deleted rows by table; none at first."""

    def __init__(self) -> None:
        self._ids: dict[str, set[str]] = defaultdict(set)

    @classmethod
    def of(cls, graph: Graph, tables: Iterable[str]) -> Listed:
        """Those that a graph has of these tables."""
        found = cls()
        named = sorted(set(tables) & set(REMOVALS.by_name["table"].choices))
        for table, row_id in graph.query("removals/listed", tables=named).values if named else ():
            found._ids[table].add(row_id)
        return found

    def meet(self, table: Table, lists: Mapping[str, Sequence[Any]]) -> None:
        """Note the rows of a list of removals; those of other tables are none."""
        if table.name == REMOVALS.name:
            for of, row_id in zip(lists["table"], lists["id"], strict=True):
                self._ids[of].add(row_id)

    def take(self, table: Table, keys: list[str], lists: Lists) -> tuple[list[str], Lists, int]:
        """Rows without those that are listed, and how many these are.

        Args:
            table: whose rows.
            keys: of each row.
            lists: its cells, by column.
        """
        ids = self._ids.get(table.name)
        if not ids or ids.isdisjoint(keys):
            return keys, lists, 0
        kept = [place for place, key in enumerate(keys) if key not in ids]
        left = {name: [values[p] for p in kept] for name, values in lists.items()}
        return [keys[p] for p in kept], left, len(keys) - len(kept)
