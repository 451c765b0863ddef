"""One customer's influence: what `refnet show` prints and the API serves."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from refnet.analysis.currency import currency_in
from refnet.core.errors import BeingAnalyzed, NotFound, UsageError
from refnet.core.money import rounded
from refnet.core.settings import Hops, Settings, load_settings
from refnet.graph import Graph
from refnet.graph.asking import Asking, Question, ask
from refnet.graph.connection import native


def profile(
    graph: Graph,
    customer_id: str,
    *,
    hops: Hops | None = None,
    decay: float | None = None,
    settings: Settings | None = None,
) -> dict[str, Any]:
    """What one customer is worth by what they brought.

    Args:
        graph: where they are.
        customer_id: theirs; any of them, if they have several.
        hops, decay: of `influence` only, hops a number or 'all'; unset: those of the last analysis. All else counts
            all hops, undiminished.

    Returns:
        The object of the contract, amounts in `currency` and rounded to its minor unit, `generations` as [{depth,
        customers, value}]. Before the first analysis the scores are None; own revenue and generations are always those
        of the graph as it is, `changes_since` says how many loads the scores are behind.

    Raises:
        NotFound: there is no such customer.
        BeingAnalyzed: another analysis has finished while this was asked.
    """
    return ask(graph, profiled(customer_id, hops=hops, decay=decay, settings=settings or load_settings()))


def profiled(
    customer_id: str, *, hops: Hops | None, decay: float | None, settings: Settings
) -> Asking[dict[str, Any]]:
    """The questions and the answer of `profile`."""
    # First the analysis, then the customer: a score of a later one shows by its version.
    analysis = yield from current_analysis()
    found = yield Question("customers/one", {"customerId": customer_id})
    if not len(found):
        customer_id = yield from known_as(customer_id)
        found = yield Question("customers/one", {"customerId": customer_id})
    customer = found.one()
    of_one_version([customer], analysis)
    used = json.loads(analysis["settings"]) if analysis else {}
    asked = hops is not None or decay is not None
    hops = hops if hops is not None else used.get("hops", settings.hops)
    decay = decay if decay is not None else used.get("decay", settings.decay)
    below = yield from generations_below(customer_id)
    influence = customer["influence"]
    if asked:
        influence = sum(
            g["value"] * decay ** (g["depth"] - 1) for g in below[: None if hops == "all" else hops]
        )
    currency = yield from currency_in(settings)
    scores = {
        "customer_id": customer["customerId"],
        "currency": currency,
        "own_revenue": customer["revenue"],
        "ecr_direct": customer["ecrDirect"],
        "ecr_network": customer["ecrNetwork"],
        "influence": influence,
        "conserved_credit": customer["conservedCredit"],
        "downline": customer["downline"],
        "longest_chain": customer["longestChain"],
        "generations": [in_minor(generation, currency) for generation in below],
        "percentile": customer["percentile"],
        "band": customer["band"],
        **scored(analysis),
        "hops": hops,
        "decay": decay,
    }
    return in_minor(scores, currency)


_AMOUNTS = frozenset(
    (
        "own_revenue",
        "ecr_direct",
        "ecr_network",
        "influence",
        "conserved_credit",
        "revenue",
        "cltv",
        "value",
    )
)


def in_minor(row: dict[str, Any], currency: str) -> dict[str, Any]:
    """A row with its amounts as they are told: rounded to the currency's minor unit; in the graph they are not."""
    return {name: rounded(each, currency) if name in _AMOUNTS else each for name, each in row.items()}


def current_analysis() -> Asking[dict[str, Any] | None]:
    """The latest finished analysis: version, settings, currency, finishedAt, and how many loads and changes have come
    since; None before the first.
    """
    current = yield Question("scores/current")
    return current.one() if len(current) else None


def scored(analysis: dict[str, Any] | None) -> dict[str, Any]:
    """When, by which analysis and by what settings, and what it is behind: what every score carries."""
    used = json.loads(analysis["settings"]) if analysis else {}
    return {
        "hops": used.get("hops"),
        "decay": used.get("decay"),
        "scored_at": native(analysis["finishedAt"]).isoformat() if analysis else None,
        "score_version": analysis["version"] if analysis else None,
        "changes_since": analysis["loads"] + analysis["changes"] if analysis else None,
    }


def of_one_version(rows: Iterable[dict[str, Any]], analysis: dict[str, Any] | None) -> None:
    """Refuse rows with a score that is younger than the current analysis.

    Raises:
        BeingAnalyzed: one is.
    """
    version = analysis["version"] if analysis else 0
    if any((row["scoreVersion"] or 0) > version for row in rows):
        raise BeingAnalyzed("An analysis has finished just now.", "Ask again.")


def known_as(other_id: str) -> Asking[str]:
    """The id of the customer whom another id belongs to.

    Raises:
        NotFound: it is nobody's; says why.
    """
    found = yield Question("identity/find", {"aliasId": other_id})
    if not len(found):
        yield from _no_customer(other_id)
    return str(found.one()["customerId"])


def _no_customer(customer_id: str) -> Asking[None]:
    if len((yield Question("affiliates/exists", {"affiliateId": customer_id}))):
        raise NotFound(
            f"{customer_id} is an affiliate, not a customer.",
            "`refnet affiliates` shows affiliates.",
        )
    raise NotFound(f"There is no customer {customer_id}.", "Ids are told apart by upper and lower case.")


def of_email(graph: Graph, email: str) -> str:
    """The id of the customer who has an email. Every customer is looked at.

    Raises:
        NotFound: nobody has it.
        UsageError: several have it.
    """
    found = graph.query("persons/by-email", emails=[email.strip().lower()])
    ids = sorted({str(row["customerId"]) for row in found})
    if not ids:
        raise NotFound(
            f"No customer has the email {email}, nor that as an id.",
            "An affiliate's email is found by `refnet person EMAIL`.",
        )
    if len(ids) > 1:
        raise UsageError(
            f"{len(ids)} customers have the email {email}: {', '.join(ids[:10])}.", "Give one of these ids."
        )
    return ids[0]


def generations(graph: Graph, customer_id: str) -> list[dict[str, Any]]:
    """People and value at each depth below a customer, nearest first.

    People are counted once, where they are nearest; value is revenue weighted by the credits along each path.
    """
    return ask(graph, generations_below(customer_id))


def generations_below(customer_id: str) -> Asking[list[dict[str, Any]]]:
    """The questions and the answer of `generations`."""
    weights, seen = {customer_id: 1.0}, {customer_id}
    result: list[dict[str, Any]] = []
    while weights:
        rows = [{"id": key, "weight": weight} for key, weight in weights.items()]
        found = list((yield Question("tree/next-generation", {"rows": rows})))
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
