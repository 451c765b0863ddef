"""Answers: what a query gives, as rows, as a DataFrame, as a graph."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from refnet.core.errors import StoreError, UsageError

if TYPE_CHECKING:
    import networkx as nx
    import pandas as pd


@dataclass(frozen=True)
class Answer:
    """Rows of one query, in order."""

    columns: list[str]
    values: list[list[Any]]

    def __len__(self) -> int:
        return len(self.values)

    def __iter__(self) -> Iterator[dict[str, Any]]:
        for row in self.values:
            yield dict(zip(self.columns, row, strict=True))

    def one(self) -> dict[str, Any]:
        """The only row.

        Raises:
            StoreError: there is none, or more than one.
        """
        if len(self.values) != 1:
            raise StoreError(f"Expected one row, the graph gave {len(self.values)}.")
        return next(iter(self))

    def to_pandas(self) -> pd.DataFrame:
        """A DataFrame of the rows; times become timezone-aware UTC timestamps."""
        import pandas as pd

        return pd.DataFrame([[native(v) for v in row] for row in self.values], columns=self.columns)

    def to_networkx(self) -> nx.DiGraph[Any]:
        """The rows as edges, from columns `referrer` and `referee`; every further column is an edge attribute.

        Raises:
            UsageError: the query has no such columns.
        """
        import networkx as nx

        if not {"referrer", "referee"} <= set(self.columns):
            raise UsageError(
                f"This query answers {', '.join(self.columns)}: a graph needs referrer and referee.",
                "Take one that gives them, such as tree/edges.",
            )
        graph: nx.DiGraph[Any] = nx.DiGraph()
        for row in self:
            edge = {name: native(value) for name, value in row.items()}
            graph.add_edge(edge.pop("referrer"), edge.pop("referee"), **edge)
        return graph


def native(value: Any) -> Any:
    """A driver's temporal value as Python's own; anything else as it is."""
    return value.to_native() if hasattr(value, "to_native") else value
