"""Keep, renegotiate or stop: what an affiliate's customers have been worth for what they cost, and where it turns.

The figure is the return: value of their customers so far (margin where known) / commission on them. A commission
changed in proportion by a factor f divides the return by f, so that the turning point is where an end of its interval
meets what is asked.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from refnet.core.errors import UsageError

TOO_LITTLE = "too little data"


@dataclass(frozen=True)
class Declared:
    """What no data say, and a verdict needs: it is printed beside it.

    Attributes:
        target: what each unit of commission has to bring: 3, as LTV : CAC is usually asked to be.
        young_months: where half of the customers joined less long ago, there is no verdict yet.
    """

    target: float = 3.0
    young_months: float = 6.0

    def __post_init__(self) -> None:
        if not (1 <= self.target <= 1000):
            raise UsageError(
                f"The target is from 1 up to 1000, not {self.target:g}.",
                "3 is 3 of margin for 1 of commission.",
            )
        if not (0 <= self.young_months <= 600):
            raise UsageError(f"Months before a verdict are from 0 up to 600, not {self.young_months:g}.")


def verdict(card: Mapping[str, Any], declared: Declared) -> dict[str, Any]:
    """What to do about an affiliate, and why.

    What is asked is the target; of those whose customers leave clearly faster than the organic ones of the same months
    (the card's `reading`) more, by as much as these are worth more: less is still to come from theirs.

    Args:
        card: a scorecard with its reading.
        declared: what is asked.

    Returns:
        verdict (keep, renegotiate, stop, too little data); figure: its name (`return`: value / commission; `value`
        where nothing was paid), value and interval; asked; why; turns_to; turns_at {factor, per_customer,
        share_of_sales, rate, fixed}: what the commission would have to be multiplied by for the other verdict, and
        what it is then per customer, of gross sales, and of what was agreed. None: at no commission.
    """
    value, cost = card["per_customer"]["value"], card["per_customer"]["commission"]["value"]
    beside = card["organic"]["value"]["value"]
    faster = card["reading"].startswith("leave")
    asked = declared.target
    if faster and beside and value["value"] and value["value"] > 0:
        asked *= max(1.0, beside / value["value"])
    figure = {"name": "return", **card["return_on_commission"]} if cost else {"name": "value", **value}
    found: dict[str, Any] = {
        "verdict": TOO_LITTLE,
        "figure": figure,
        "asked": asked,
        "turns_to": None,
        "turns_at": None,
    }
    age = card["age_months"]
    if figure["interval"] is None:
        return {**found, "why": f"{card['customers']:,} customers: too few, or without sales, to judge by."}
    if age is not None and age < declared.young_months:
        why = f"half of the customers joined within the last {declared.young_months:g} months."
        return {**found, "why": f"too early: {why}"}
    low, high = figure["interval"]
    turn = min(low, high / asked)
    so = f" Their customers {card['reading']} as organic ones of the same months." if faster else ""
    if not cost:
        found |= {"verdict": "keep", "turns_to": "renegotiate", "why": f"nothing was paid for them.{so}"}
        return {**found, "turns_at": _at(card, turn, 1.0)}
    if high < 1:
        found |= {"verdict": "stop", "turns_to": "renegotiate", "why": f"they cost more than they bring.{so}"}
        return {**found, "turns_at": _at(card, high, cost)}
    times = f"{asked:.1f} times what they cost"
    if turn >= 1:
        why = f"they bring more than they cost, and not clearly less than {times}.{so}"
        found |= {"verdict": "keep", "turns_to": "renegotiate", "why": why}
    else:
        why = f"clearly less than {times}." if low > 1 else "not clearly more than they cost."
        found |= {"verdict": "renegotiate", "turns_to": "keep", "why": f"they bring {why}{so}"}
    return {**found, "turns_at": _at(card, turn, cost)}


def _at(card: Mapping[str, Any], factor: float, cost: float) -> dict[str, Any] | None:
    """The commission at `factor` times a cost per customer; None: below nothing."""
    if factor <= 0:
        return None
    rate, fixed, free = card["commission_rate"], card["commission_fixed"], not card["commission"]
    sales = card["gross_sales"]
    return {
        "factor": None if free else factor,
        "per_customer": factor * cost,
        "share_of_sales": factor * cost * card["customers"] / sales if sales > 0 else None,
        "rate": factor * rate if rate and not free else None,
        "fixed": factor * fixed if fixed and not free else None,
    }
