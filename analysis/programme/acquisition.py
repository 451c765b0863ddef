"""What a new customer costs and when they have earned it: by channel, and referral against paid.

Paid channels are told or, if not, those that have spend and a name that is not of a channel that nobody pays by the
customer.
"""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from typing import Any

import numpy as np

from refnet.analysis.programme.estimates import FEWEST, ratio_of_sums
from refnet.analysis.programme.facts import Facts, Flags
from refnet.analysis.programme.formulas import payback_months
from refnet.analysis.programme.intervals import poisson
from refnet.core.errors import UsageError, printable

UNPAID = ("organic", "direct", "email", "referral", "refer_a_friend", "word_of_mouth", "crm", "newsletter")
"""What the name of an unpaid channel begins with, though it may have spend."""

REFERRAL = ("referral", "refer_a_friend", "word_of_mouth")


def paid_channels(facts: Facts, told: Sequence[str] | None = None) -> list[str]:
    """The paid channels, in order: those told, else those that have spend and are not called as in UNPAID.

    Raises:
        UsageError: one of those told is no channel of a customer or of spend.
    """
    names = {str(name) for name in facts.spend_channel}
    if told is not None:
        known = names | {str(name) for name in facts.attributes["channel"] if name is not None}
        for name in told:
            if name not in known:
                near = difflib.get_close_matches(name, known, 1)
                raise UsageError(
                    f"There is no channel {printable(name)[:80]}.",
                    f"Did you mean {near[0]}?"
                    if near
                    else f"There are {', '.join(sorted(known)[:20]) or 'none'}.",
                )
        return sorted(set(told))
    return sorted(name for name in names if not _begins(name, UNPAID))


def cost_of(facts: Facts, cost: float | None, who: Flags) -> dict[str, Any]:
    """What some customers cost each, what they earn, and the months until that is even.

    Args:
        facts: of the programme.
        cost: of them all; None: not known.
        who: shape (n,).

    Returns:
        spend; cac and its interval (their number varies as Poisson's, the cost does not); monthly_margin of a customer
        (margin or revenue: value_of) over the months that they have been one, with its interval (by tree);
        payback_months = cac / monthly_margin, with an interval of the margin's chance only.
    """
    customers = int(who.sum())
    months = np.nan_to_num(facts.months())
    earns = ratio_of_sums(facts.value * who, months * who, facts.tree)
    cac = cost / customers if cost is not None and customers else None
    known = cost is not None and customers >= FEWEST
    low, high = poisson(customers)
    margin, between = earns["value"], earns["interval"]
    pays = payback_months(cac, margin)
    return {
        "spend": cost,
        "cac": cac,
        "interval": [cost / high, cost / low] if known and cost is not None else None,
        "monthly_margin": margin,
        "monthly_margin_interval": between,
        "value_of": facts.value_of,
        "payback_months": pays,
        "payback_interval": [pays * margin / end for end in reversed(between)]
        if pays is not None and between is not None and between[0] > 0
        else None,
    }


def referral_against_paid(
    facts: Facts, joined: Flags, spends: Flags, rewards: Flags, told: Sequence[str] | None
) -> dict[str, Any]:
    """Cost and payback of customers brought by customers, and of those who came through a paid channel.

    Args:
        facts: of the programme.
        joined: shape (n,), new customers.
        spends, rewards: months of spend and rewards that count.
        told: the paid channels; None: as `paid_channels` finds them.

    Returns:
        paid_channels; referral and paid, each as `cost_of` with customers, rewards; reading.
    """
    paid = paid_channels(facts, told)
    given = float(facts.reward[rewards & facts.kept].sum())
    own = [name for name in set(facts.spend_channel) if _begins(str(name), REFERRAL) and name not in paid]
    brought = joined & facts.referred
    through = joined & ~facts.referred & np.isin(facts.attributes["channel"].astype(str), paid)
    spent = {
        name: float(facts.spend[spends & np.isin(facts.spend_channel.astype(str), chosen)].sum())
        for name, chosen in (("referral", own), ("paid", paid))
    }
    referral = {
        **cost_of(facts, spent["referral"] + given if given or own else None, brought),
        "customers": int(brought.sum()),
        "rewards": given,
    }
    bought = {
        **cost_of(facts, spent["paid"] if paid and spends.any() else None, through),
        "customers": int(through.sum()),
        "rewards": 0.0,
    }
    return {
        "paid_channels": paid,
        "referral": referral,
        "paid": bought,
        "reading": _reading(referral, bought),
    }


def _reading(referral: dict[str, Any], paid: dict[str, Any]) -> str:
    if referral["interval"] is None or paid["interval"] is None:
        return (
            "Too little data to compare what referred and paid customers cost: "
            f"{referral['customers']:,} and {paid['customers']:,} customers, {FEWEST} of each are needed, and costs."
        )
    (low, high), (least, most) = referral["interval"], paid["interval"]
    if high < least:
        return f"A referred customer costs {referral['cac'] / paid['cac']:.0%} of a paid one: the intervals are apart."
    if low > most:
        return f"A referred customer costs {referral['cac'] / paid['cac']:.1f} times a paid one; intervals are apart."
    return "What a referred and a paid customer cost does not differ clearly: the intervals overlap."


def _begins(name: str, beginnings: Sequence[str]) -> bool:
    plain = name.strip().lower().replace(" ", "_").replace("-", "_")
    return plain.startswith(tuple(beginnings))
