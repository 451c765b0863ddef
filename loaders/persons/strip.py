"""What of a row is a person's and what is a figure: by the types of its columns.

Texts, secrets and flags about a person go. Ids of persons become anonymous ones. Amounts, counts, times, and the words
that only say what kind a row is (a status, a side) stay: totals are made of them.
"""

from __future__ import annotations

from refnet.graph.model import DERIVED, SCORES, UNLINKED
from refnet.loaders.rows import Column, Table
from refnet.loaders.schemas import CUSTOMERS, VISITS

_FIGURES = {"money", "number", "count", "time", "day", "month", "currency", "choice"}
_OF_CUSTOMERS = {c.property for c in CUSTOMERS.columns if c.type in ("money", "count", "time", "currency")}
_OF_ONE = {"health", "churnProbability", "churnVersion", "churnAt"}
STAYS = (_OF_CUSTOMERS | set(DERIVED) | set(SCORES) | {UNLINKED}) - _OF_ONE
"""Properties of a :Customer that stay: figures, dates and scores. All further columns go, numbers too."""


def texts(table: Table) -> list[Column]:
    """Columns of a table whose cells go where a row is of a forgotten person."""
    if table == VISITS:  # how often a page was seen: of many people, of a page of the merchant's
        return []
    on_target = table.edge.on_target if table.edge is not None else ()
    return [c for c in table.columns if c.type not in {*_FIGURES, "id"} and c.name not in on_target]
