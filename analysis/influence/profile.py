"""One customer's influence: what `refnet show` prints and the API serves."""

from __future__ import annotations

import json
from typing import Any

from refnet.analysis.currency import currency_of
from refnet.core.errors import NotFound
from refnet.core.settings import Settings, load_settings
from refnet.graph import Graph
from refnet.graph.connection import native


def profile(
    graph: Graph,
    customer_id: str,
    *,
    hops: int | None = None,
    decay: float | None = None,
    settings: Settings | None = None,
) -> dict[str, Any]:
    """What one customer is worth by what they brought.

    Args:
        graph: where they are.
        customer_id: theirs.
        hops, decay: of `influence` only; unset: those of the last analysis. All else counts all hops, undiminished.

    Returns:
        The object of the contract, amounts in `currency`, `generations` as [{depth, customers, value}]. Before the
        first analysis the scores are None; generations are always those of the graph as it is.

    Raises:
        NotFound: there is no such customer.
    """
    settings = settings or load_settings()
    found = graph.query("customers/one", customerId=customer_id)
    if not len(found):
        if len(graph.query("affiliates/exists", affiliateId=customer_id)):
            raise NotFound(
                f"{customer_id} is an affiliate, not a customer.",
                "`refnet query affiliates/scorecard` shows affiliates.",
            )
        raise NotFound(f"There is no customer {customer_id}.", "Ids are told apart by upper and lower case.")
    customer = found.one()
    latest = graph.query("scores/latest")
    analysis = latest.one() if len(latest) else None
    current = analysis is not None and analysis["finishedAt"] is not None
    used = json.loads(analysis["settings"]) if analysis is not None else {}
    asked = hops is not None or decay is not None
    hops = hops if hops is not None else used.get("hops", settings.hops)
    decay = decay if decay is not None else used.get("decay", settings.decay)
    below = generations(graph, customer_id)
    influence = customer["influence"]
    if asked:
        influence = sum(g["value"] * decay ** (g["depth"] - 1) for g in below[:hops])
    return {
        "customer_id": customer["customerId"],
        "currency": currency_of(graph, settings),
        "own_revenue": customer["revenue"],
        "ecr_direct": customer["ecrDirect"],
        "ecr_network": customer["ecrNetwork"],
        "influence": influence,
        "conserved_credit": customer["conservedCredit"],
        "downline": customer["downline"],
        "longest_chain": customer["longestChain"],
        "generations": below,
        "percentile": customer["percentile"],
        "band": customer["band"],
        "hops": hops,
        "decay": decay,
        "scored_at": native(analysis["finishedAt"]).isoformat() if analysis is not None and current else None,
        "score_version": analysis["version"] if analysis is not None and current else None,
    }


def generations(graph: Graph, customer_id: str) -> list[dict[str, Any]]:
    """People and value at each depth below a customer, nearest first.

    People are counted once, where they are nearest; value is revenue weighted by the credits along each path.
    """
    weights, seen = {customer_id: 1.0}, {customer_id}
    result: list[dict[str, Any]] = []
    while weights:
        rows = [{"id": key, "weight": weight} for key, weight in weights.items()]
        found = list(graph.query("tree/next-generation", rows=rows))
        weights = {row["customerId"]: row["weight"] for row in found}
        if weights:
            result.append(
                {
                    "depth": len(result) + 1,
                    "customers": len(weights.keys() - seen),
                    "value": sum(row["weight"] * row["revenue"] for row in found),
                }
            )
            seen |= weights.keys()
    return result
