"""Trees and ancestors, generation by generation: the same cost on every network, and whole generations first."""

from __future__ import annotations

from typing import Any

from refnet.analysis.currency import currency_in
from refnet.analysis.influence.profile import current_analysis, in_minor, known_as, of_one_version, scored
from refnet.api.asked import MOST_HOPS, plain
from refnet.core.settings import Settings
from refnet.graph.asking import Asking, Question


def tree(customer_id: str, *, depth: int, limit: int, settings: Settings) -> Asking[dict[str, Any]]:
    """A customer and at most `limit` people below, to `depth` hops: each once, where they are nearest.

    Raises:
        NotFound: there is no such customer.
        BeingAnalyzed: an analysis has finished meanwhile.
    """
    analysis = yield from current_analysis()
    rows = list((yield Question("tree/root", {"rootId": customer_id})))
    if not rows:
        customer_id = yield from known_as(customer_id)
        rows = list((yield Question("tree/root", {"rootId": customer_id})))
    nodes: dict[str, dict[str, Any]] = {customer_id: {**plain(rows)[0], "depth": 0, "referrers": []}}
    of_one_version(rows, analysis)
    level, truncated = [customer_id], False
    for hop in range(1, depth + 1):
        level = [one for one in level if nodes[one]["children"]]
        if not level or truncated:
            break
        # Some of them may be there already; so many more are asked for.
        rows = list((yield Question("tree/level", {"ids": level, "limit": limit + len(nodes)})))
        of_one_version(rows, analysis)
        level = []
        for row in plain(rows):
            known = nodes.get(row["customer_id"])
            if known is not None:
                known["referrers"] += [one for one in row["referrers"] if one not in known["referrers"]]
            elif len(nodes) > limit:
                truncated = True
            else:
                nodes[row["customer_id"]] = {**row, "depth": hop}
                level.append(row["customer_id"])
    for one in nodes.values():
        del one["score_version"]
    currency = yield from currency_in(settings)
    return {
        "root": customer_id,
        "currency": currency,
        "nodes": [in_minor(one, currency) for one in nodes.values()],
        "depth": depth,
        "truncated": truncated,
        **scored(analysis),
    }


def ancestors(customer_id: str, *, limit: int, settings: Settings) -> Asking[dict[str, Any]]:
    """Who brought a customer, and who brought those, the nearest first, at most `limit` people and 25 steps.

    Raises:
        NotFound: there is no such customer.
    """
    if not len((yield Question("customers/one", {"customerId": customer_id}))):
        customer_id = yield from known_as(customer_id)
    found: dict[tuple[str, str], dict[str, Any]] = {}
    level = [customer_id]
    steps = 0
    while level and steps < MOST_HOPS and len(found) <= limit:
        steps += 1
        rows = list((yield Question("tree/referrers", {"ids": level})))
        new = [row for row in rows if (row["kind"], row["id"]) not in found]
        found |= {(row["kind"], row["id"]): {"steps": steps, **row} for row in new}
        level = [row["id"] for row in new if row["kind"] == "customer"]
    items = list(found.values())
    return {
        "currency": (yield from currency_in(settings)),
        "items": items[:limit],
        "truncated": len(items) > limit or bool(level),
    }
