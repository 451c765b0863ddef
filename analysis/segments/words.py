"""A segment's figures as a sentence, its uncertainty in it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from refnet.analysis.segments.levels import Level, Range
from refnet.core.money import show


def rule_in_words(rule: Mapping[str, Level]) -> str:
    """`plan = flexible and age 20 to 35`."""
    return " and ".join(
        f"{attribute} {level}" if isinstance(level, Range) else f"{attribute} = {value_in_words(level)}"
        for attribute, level in rule.items()
    )


def value_in_words(level: Level) -> str:
    """A level as Cypher's toString has it."""
    return str(level).lower() if isinstance(level, bool) else str(level)


def reading(row: Mapping[Any, Any], minimum: int, currency: str, value_unit: str) -> str:
    """One sentence or three: size, both differences with their intervals, the verdict and what explains it."""
    who, customers = rule_in_words(row["rule"]), row["customers"]
    if customers < minimum:
        return f"{who}: too little data ({customers:,} customers, {minimum:,} are needed)."
    if np.isnan(row["p_value"]):
        return f"{who}: no difference can be tested ({customers:,} customers)."
    worth = _against(row["cltv_difference"], row["cltv_interval"], "lower", "higher", currency)
    brings = _against(row["referral_difference"], row["interval"], "less", "more", value_unit)
    verdict = (
        "Low value, high referral" if row["reported"] else "Not a segment of low value and high referral"
    )
    said = (
        f"{who}: {customers:,} customers ({row['share_of_customers']:.0%}) have a mean CLTV {worth} "
        f"than the rest and each bring {brings}, {_share(row['share_of_value'])} of all referral value. "
        f"{verdict} (q = {row['q_value']:.2g})."
    )
    if row["explained_by"] is not None:
        said += (
            f" But {row['explained_by']} explains it: among customers alike in that, {_left(row)} of the difference "
            f"in {row['explained_measure']} is left, and that may be chance."
        )
    return said


def _against(difference: float, interval: list[float], less: str, more: str, unit: str) -> str:
    side, sign = (less, -1) if difference < 0 else (more, 1)
    low, high = (_amount(end, unit) for end in sorted(sign * end for end in interval))
    return f"{_amount(abs(difference), unit)} {side} (95 % interval {low} to {high})"


def _amount(value: float, unit: str) -> str:
    return f"{value:,.2f} customers" if unit == "customers" else show(value, unit)


def _share(share: float) -> str:
    return "–" if np.isnan(share) else f"{share:.0%}"


def _left(row: Mapping[Any, Any]) -> str:
    return f"{row['left']:.0%}" if row["left"] > 0 else "nothing"
