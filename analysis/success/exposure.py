"""What it would cost to lose a referrer: what hangs below each, times how likely they are to leave.

Two figures, not one. *All of it* is what would go if everybody below went with them. *What the association makes
likely* counts of each person below the chance that they leave within a year beyond what they would have anyway, if
customers leave as much more often after their referrer as was measured (`association`), and of those below them as
many again: the measured ratio on the own chance of each, along every path.

What hangs below is what those who are still there spent in the last twelve months: who has left brings no more to lose.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from refnet.analysis.influence.network import Network
from refnet.analysis.success.association import association
from refnet.analysis.success.churn.facts import Facts, Floats, Ints
from refnet.analysis.success.churn.score import Scored

DAYS, MONTHS = 365.0, 12


@dataclass(frozen=True)
class Exposure:
    """Of each customer, shape (n,); amounts in the graph's currency.

    Attributes:
        chance: of leaving within a month; 0 of those who have left.
        people: below them, distinct, whether still there or not.
        hangs: what hangs below: Σ credit · what each spent in the last twelve months.
        at_risk: downstream at risk: the same, times each one's own chance of leaving within a month.
        everything: chance · hangs.
        likely: chance · what the association makes likely; with `low` and `high` at the ends of its interval.
            None where the association rests on too little data.
        ratio: the association.
    """

    chance: Floats
    people: Ints
    hangs: Floats
    at_risk: Floats
    everything: Floats
    likely: Floats | None
    low: Floats | None
    high: Floats | None
    ratio: dict[str, Any]


def exposure(scored: Scored) -> Exposure:
    """The exposure of everybody.

    Args:
        scored: everybody who is there and how likely they are to leave.

    Raises:
        InputError: the credits are none (see `Network`).
    """
    facts = scored.facts
    network = Network(facts.referrer, facts.referee, facts.credit, nodes=len(facts), names=facts.ids)
    ratio = association(facts, scored.there, scored.months, network.tree_of())
    return exposed(facts, network, scored.chance, scored.here, spent(facts), ratio)


def exposed(
    facts: Facts, network: Network, chance: Floats, here: Any, value: Floats, ratio: dict[str, Any]
) -> Exposure:
    """The same with its parts given: who is `here`, and what each is worth a year, shape (n,)."""
    worth = np.where(here, value, 0.0)
    hangs = network.influence(worth, hops=None, decay=1.0).astype(np.float64)
    ends: list[Floats | None] = [None, None, None]
    if ratio["interval"] is not None:
        ends = [
            chance * carried(facts, chance, here, worth, times)
            for times in (ratio["value"], *ratio["interval"])
        ]
    return Exposure(
        chance=chance,
        people=network.downline(),
        hangs=hangs,
        at_risk=network.at_risk(worth, chance).astype(np.float64),
        everything=chance * hangs,
        likely=ends[0],
        low=ends[1],
        high=ends[2],
        ratio=ratio,
    )


def beyond(chance: Floats, times: float) -> Floats:
    """The chance of leaving within a year beyond one's own, if one leaves `times` as often: not below 0."""
    return np.asarray(np.maximum((1 - chance) ** MONTHS - np.maximum(1 - times * chance, 0.0) ** MONTHS, 0.0))


def carried(facts: Facts, chance: Floats, here: Any, worth: Floats, times: float) -> Floats:
    """What of those below each would go with them, along every path: influence with credits times `beyond`."""
    extra = np.where(here, beyond(chance, times), 0.0)[facts.referee]
    some = extra > 0
    if not some.any():
        return np.zeros(len(facts))
    network = Network(
        facts.referrer[some],
        facts.referee[some],
        np.minimum(facts.credit[some] * extra[some], 1.0),
        nodes=len(facts),
    )
    return network.influence(worth, hops=None, decay=1.0).astype(np.float64)


def spent(facts: Facts) -> Floats:
    """What each spent in the last twelve months, less what was given back; not below 0."""
    last = facts.orders.between(facts.today - DAYS, np.inf)
    total = np.bincount(facts.orders.who[last], weights=facts.orders.value[last], minlength=len(facts))
    return np.asarray(np.maximum(total, 0.0), dtype=np.float64)


def told(scored: Scored, found: Exposure, places: Ints) -> list[dict[str, Any]]:
    """Some customers by their numbers, as plain values."""
    ends = (found.likely, found.low, found.high)
    rows = []
    for at in places:
        likely, low, high = (None if end is None else float(end[at]) for end in ends)
        rows.append(
            {
                "customer_id": str(scored.facts.ids[at]),
                "probability": float(found.chance[at]) if scored.here[at] else None,
                "people": int(found.people[at]),
                "hangs": float(found.hangs[at]),
                "downstream_at_risk": float(found.at_risk[at]),
                "exposure": float(found.everything[at]),
                "likely": likely,
                "likely_interval": None if low is None else [low, high],
            }
        )
    return rows


def largest(scored: Scored, found: Exposure, limit: int) -> list[dict[str, Any]]:
    """Those with the largest exposure, the largest first; ties by id."""
    some = np.flatnonzero(found.everything > 0)
    order = np.lexsort((scored.facts.ids[some].astype(str), -found.everything[some]))[:limit]
    return told(scored, found, some[order])


def summary(scored: Scored, found: Exposure) -> dict[str, Any]:
    """What every answer begins with: the day, the model, the association."""
    return {
        "as_of": scored.as_of,
        "referrers": int((found.hangs > 0).sum()),
        "model_version": scored.model.version,
        "leaving": scored.model.leaving.told(),
        "association": found.ratio,
    }
