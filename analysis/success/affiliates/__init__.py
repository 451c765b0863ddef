"""Affiliates: whom they brought, what it cost, whether those stay, and what another commission would have been.

`reading` reads the columns of `facts` once; `figures` makes scorecards of them, `replay` runs another commission
structure over them.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from refnet.analysis.programme.facts import DAY_MS
from refnet.analysis.programme.figures import observed_until
from refnet.analysis.success.affiliates.facts import Facts
from refnet.analysis.success.affiliates.figures import scorecards
from refnet.analysis.success.affiliates.reading import read_facts
from refnet.analysis.success.affiliates.rows import By
from refnet.analysis.success.affiliates.verdict import Declared
from refnet.core.errors import NotFound, printable
from refnet.core.progress import Progress
from refnet.graph import Graph

__all__ = ["By", "Declared", "Facts", "affiliates", "facts_of", "some_of"]


def facts_of(graph: Graph, progress: Progress | None = None) -> Facts:
    """What affiliates are judged by, read from the graph."""
    until = observed_until(graph)
    return read_facts(graph, None if until is None else until.timestamp() * 1000 / DAY_MS, progress)


def affiliates(
    graph: Graph,
    *,
    by: By = "affiliate",
    declared: Declared | None = None,
    curves: bool = True,
    progress: Progress | None = None,
) -> dict[str, Any]:
    """The scorecards as `figures.scorecards` gives them.

    Raises:
        UsageError: there is no such `by`.
        StoreError: the graph cannot be reached or refuses.
    """
    return scorecards(facts_of(graph, progress), by=by, declared=declared, curves=curves)


def some_of(found: dict[str, Any], ids: Sequence[str]) -> list[dict[str, Any]]:
    """The cards of some affiliates, in the order asked.

    Raises:
        NotFound: there is no such affiliate.
    """
    cards = {one["affiliate_id"]: one for one in found["affiliates"]}
    for one in ids:
        if one not in cards:
            raise NotFound(
                f"There is no affiliate {printable(one)[:80]}.",
                "Ids are told apart by upper and lower case; `refnet affiliates` lists them.",
            )
    return [cards[one] for one in ids]
