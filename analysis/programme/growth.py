"""Earned Growth: how much of a year's growth came from customers who stayed, came by themselves, or were brought."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pandas as pd

from refnet.analysis.programme.acquisition import paid_channels
from refnet.analysis.programme.estimates import FEWEST, ratio_of_sums
from refnet.analysis.programme.facts import Facts, Floats
from refnet.analysis.programme.formulas import earned_growth as by_formula


def earned_growth(
    facts: Facts, *, end: float | None = None, told: Sequence[str] | None = None
) -> dict[str, Any]:
    """Net and gross retention, Earned Growth rate and ratio of the twelve months before `end`, beside the twelve
    before them.

    Args:
        facts: of the programme, with orders.
        end: the first day after the twelve months, in days since 1970; None: that after the last thing that happened.
        told: the paid channels; None: as `paid_channels` finds them.

    Returns:
        from, middle, to (days), start, now (revenue of the two years); nrr, grr, earned_new, bought_new, returned,
        growth, rate, ratio, each {value, interval}; intervals allow for trees, and are None below FEWEST;
        paid_channels; reading.
        Values None: no orders in the first of the two years.
    """
    paid = paid_channels(facts, told)
    none = {"value": None, "interval": None, "clusters": 0}
    names = ("nrr", "grr", "earned_new", "bought_new", "returned", "growth", "rate", "ratio")
    if not len(facts.placed) or (end is not None and end <= facts.placed.min()):
        return {
            **dict.fromkeys(("from", "middle", "to", "start", "now")),
            **dict.fromkeys(names, none),
            "paid_channels": paid,
            "reading": "There are no orders until then: growth is not known.",
        }
    to = pd.Timestamp(0, tz="UTC") + pd.Timedelta(days=np.floor(facts.until) + 1 if end is None else end)
    middle, since = to - pd.DateOffset(years=1), to - pd.DateOffset(years=2)
    sums = _by_customer(facts, *(at.timestamp() / 86_400 for at in (since, middle, to)))
    earlier, before, now = sums
    bought = facts.affiliated | np.isin(facts.attributes["channel"].astype(str), paid)
    there, returned = before > 0, (before <= 0) & (earlier > 0)
    new = ~there & ~returned
    earned = new & (facts.referred | ~bought)
    parts = {
        "nrr": now * there,
        "grr": np.minimum(now, before) * there,
        "earned_new": now * earned,
        "bought_new": now * (new & ~earned),
        "returned": now * returned,
        "growth": now - before,
        "rate": now * (there | earned) - before,
    }
    found = {name: ratio_of_sums(part, before, facts.tree) for name, part in parts.items()}
    total = by_formula(
        float(before.sum()),
        *(float(parts[name].sum()) for name in ("nrr", "earned_new", "bought_new", "returned")),
    )
    growing = total["growth"] is not None and total["growth"] > 0
    found["ratio"] = ratio_of_sums(parts["rate"], now - before, facts.tree) if growing else none
    return {
        **{name: _day(at) for name, at in (("from", since), ("middle", middle), ("to", to))},
        "start": float(before.sum()),
        "now": float(now.sum()),
        **found,
        "paid_channels": paid,
        "reading": _reading(found),
    }


def _by_customer(facts: Facts, since: float, middle: float, until: float) -> tuple[Floats, Floats, Floats]:
    """Each customer's orders before the two years (how many), and revenue in either, shape (n,)."""
    n, known = len(facts), facts.buyer >= 0
    buyer, placed, amount = facts.buyer[known], facts.placed[known], facts.amount[known]

    def total(when: Any, weights: Floats | None) -> Floats:
        chosen = None if weights is None else weights[when]
        return np.bincount(buyer[when], weights=chosen, minlength=n).astype(np.float64)

    return (
        total(placed < since, None),
        total((placed >= since) & (placed < middle), amount),
        total((placed >= middle) & (placed < until), amount),
    )


def _day(at: pd.Timestamp) -> str:
    return datetime.fromtimestamp(at.timestamp(), UTC).date().isoformat()


def _reading(found: dict[str, Any]) -> str:
    rate, ratio = found["rate"], found["ratio"]
    if rate["value"] is None:
        return "There was no revenue in the year before: growth is not known."
    if rate["interval"] is None:
        return f"Too little data: the customers are of {rate['clusters']:,} trees, {FEWEST} are needed."
    low, high = rate["interval"]
    told = f"{rate['value']:+.1%} (95 % interval {low:+.1%} to {high:+.1%})"
    if ratio["value"] is None:
        return f"Revenue did not grow; what was earned, without newcomers who were paid for, changed it by {told}."
    return f"Earned growth was {told}: {ratio['value']:.0%} of a growth of {found['growth']['value']:+.1%}."
