"""Earned Growth: how much of a year's growth came from customers who stayed, came by themselves, or were brought."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pandas as pd

from refnet.analysis.influence.columns import Kind, read
from refnet.analysis.programme.acquisition import paid_channels
from refnet.analysis.programme.estimates import FEWEST, ratio_of_sums
from refnet.analysis.programme.facts import Facts, Floats
from refnet.analysis.programme.formulas import earned_growth as by_formula
from refnet.core.progress import Quiet
from refnet.graph import Graph

_COLUMNS: dict[str, Kind] = {"customerId": "text", "earlier": "number", "before": "number", "now": "number"}
_LEAST = -70_000.0  # days since 1970: no order is older


def earned_growth(
    graph: Graph, facts: Facts, *, end: float | None = None, told: Sequence[str] | None = None
) -> dict[str, Any]:
    """Net and gross retention, Earned Growth rate and ratio of the twelve months before `end`, beside the twelve
    before them.

    Args:
        graph: with orders.
        facts: of the programme.
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
    last = np.floor(facts.until) + 1 if end is None else end
    rows: dict[str, Any] = {}
    if np.isfinite(last) and last > _LEAST:
        to = pd.Timestamp(0, tz="UTC") + pd.Timedelta(days=last)
        middle, since = to - pd.DateOffset(years=1), to - pd.DateOffset(years=2)
        times = {name: at.isoformat() for name, at in (("from", since), ("middle", middle), ("to", to))}
        with Quiet().stage("revenue") as progress:
            rows = read(graph, "programme/revenue-by-year", _COLUMNS, progress, **times)
    if not rows or not len(rows["earlier"]):
        return {
            **dict.fromkeys(("from", "middle", "to", "start", "now")),
            **dict.fromkeys(names, none),
            "paid_channels": paid,
            "reading": "There are no orders until then: growth is not known.",
        }
    earlier, before, now = _by_customer(facts, rows)
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


def _by_customer(facts: Facts, rows: dict[str, Any]) -> tuple[Floats, Floats, Floats]:
    """Each customer's orders before the two years (how many), and revenue in either, shape (n,)."""
    place = pd.Index(facts.ids).get_indexer(pd.Index(rows["customerId"].to_pylist(), dtype=object))
    found = np.zeros((3, len(facts)))
    for row, name in enumerate(("earlier", "before", "now")):
        found[row, place[place >= 0]] = rows[name][place >= 0]
    return found[0], found[1], found[2]


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
