"""The formulas of the guide's page on measures, 'Value' and 'Programme', on plain numbers.

Amounts are in one currency. What is not defined is None.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from refnet.core.errors import UsageError


def cltv_retention(margin: float, retention: float, discount: float) -> float:
    """CLTV m (1 + r) / (1 + r − ρ) of a customer who stays from period to period (Gupta and Lehmann 2003).

    Args:
        margin: m, per period, the first at once.
        retention: ρ, the chance to stay for another period, in [0, 1].
        discount: r, per period, at least 0.

    Raises:
        UsageError: a rate is out of range, or nobody ever leaves and nothing is discounted.
    """
    if not 0 <= retention <= 1 or discount < 0 or retention >= 1 + discount:
        raise UsageError(
            f"No CLTV with a retention of {retention:g} and a discount of {discount:g} per period.",
            "Retention is from 0 to 1, the discount from 0 up, and one of them lets the sum end.",
        )
    return margin * (1 + discount) / (1 + discount - retention)


def per_period(yearly: float, periods: float) -> float:
    """A rate of a year as one of a period, of which the year has so many: 15 % a year is 7.238 % semi-annual.

    Raises:
        UsageError: it is −100 % or less, or the year has no period.
    """
    if yearly <= -1 or periods <= 0:
        raise UsageError(f"No rate: {yearly:g} a year in {periods:g} periods.", "0.15 is 15 %.")
    return float((1 + yearly) ** (1 / periods) - 1)


def cltv_simple(margin: float, churn: float) -> float:
    """CLTV as margin per period / churn per period.

    Raises:
        UsageError: churn is not in (0, 1].
    """
    if not 0 < churn <= 1:
        raise UsageError(f"No CLTV with a churn of {churn:g} per period.", "It is above 0 and at most 1.")
    return margin / churn


def ltv_to_cac(cac: float, margin: float, churn: float) -> float:
    """Simple CLTV for each unit of acquisition cost.

    Raises:
        UsageError: churn is not in (0, 1], or the cost is not above 0.
    """
    if cac <= 0:
        raise UsageError(f"No ratio to an acquisition cost of {cac:g}.", "It is above 0.")
    return cltv_simple(margin, churn) / cac


def payback_months(cac: float | None, monthly_margin: float | None) -> float | None:
    """Months until a customer's margin has earned their acquisition cost; None: never, or not known."""
    if cac is None or monthly_margin is None or monthly_margin <= 0:
        return None
    return cac / monthly_margin


def retention(
    start: float, churn: float, contraction: float, expansion: float = 0.0
) -> dict[str, float | None]:
    """Net and gross revenue retention, as fractions of the revenue at the start; losses as amounts above 0."""
    if start <= 0:
        return {"nrr": None, "grr": None}
    left = start - churn - contraction
    return {"nrr": (left + expansion) / start, "grr": left / start}


def earned_growth(
    start: float, kept: float, earned: float, bought: float, returned: float = 0.0
) -> dict[str, float | None]:
    """Earned Growth rate and ratio (F. Reichheld, D. Darnell and M. Burns, 'Net Promoter 3.0', 2021).

    Args:
        start: revenue of the year before.
        kept: revenue now of the customers who were there then.
        earned: of new customers who came by referral or by themselves.
        bought: of new customers who were paid for.
        returned: of customers who had bought before the year before; it is growth, and not counted as earned.

    Returns:
        nrr, earned_new, bought_new, returned, as fractions of `start`; rate = nrr + earned new − 1; growth, in all;
        ratio = rate / growth, None where there is no growth.
    """
    if start <= 0:
        return dict.fromkeys(("nrr", "earned_new", "bought_new", "returned", "rate", "growth", "ratio"))
    rate = (kept + earned - start) / start
    growth = (kept + earned + bought + returned - start) / start
    return {
        "nrr": kept / start,
        "earned_new": earned / start,
        "bought_new": bought / start,
        "returned": returned / start,
        "rate": rate,
        "growth": growth,
        "ratio": rate / growth if growth > 0 else None,
    }


def waves(seeds: float, k: float, count: int) -> list[float]:
    """Customers after each wave, the seeds included: wave n brings seeds · K^n."""
    total, wave, found = seeds, seeds, []
    for _ in range(count):
        wave *= k
        total += wave
        found.append(total)
    return found


def multiplier(k: float | None) -> float | None:
    """What a seed becomes in the end, itself included: 1 / (1 − K); None where K is 1 or above, or not known."""
    return 1 / (1 - k) if k is not None and 0 <= k < 1 else None


def reward_roi(gained: float, rewards: float) -> float | None:
    """(value gained − rewards) / rewards; None where nothing was given."""
    return (gained - rewards) / rewards if rewards > 0 else None


def crv(
    type1: Sequence[tuple[float, float, float, float, int]],
    type2: Sequence[tuple[float, int]],
    discount: float = 0.0,
) -> dict[str, Any]:
    """Customer referral value (V. Kumar, J. A. Petersen and R. P. Leone 2007, 2010).

    Args:
        type1: of those who would not have come without the referral, for each and period t: gross margin A, cost of the
            referral a, cost of keeping them M, acquisition cost saved ACQ1, and t.
        type2: of those who would have come anyway: acquisition cost saved ACQ2, and t.
        discount: r, per period.

    Returns:
        type1, type2: Σ (A − a − M + ACQ1) / (1 + r)^t, Σ ACQ2 / (1 + r)^t; value, their sum.
    """
    first = sum((a - cost - keeping + saved) / (1 + discount) ** t for a, cost, keeping, saved, t in type1)
    second = sum(saved / (1 + discount) ** t for saved, t in type2)
    return {"type1": float(first), "type2": float(second), "value": float(first + second)}
