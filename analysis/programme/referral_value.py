"""What referrals are worth beyond their number: CRV, and when rewards are paid back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from refnet.analysis.programme.acquisition import paid_channels
from refnet.analysis.programme.estimates import FEWEST, ratio_of_sums, time_until
from refnet.analysis.programme.facts import Facts, Flags, Floats
from refnet.analysis.programme.formulas import per_period
from refnet.core.errors import UsageError

PAYBACK_HORIZON = 365


def customer_referral_value(
    facts: Facts,
    *,
    type1_share: float = 1.0,
    discount: float = 0.0,
    saved: float | None = None,
    told: Sequence[str] | None = None,
) -> dict[str, Any]:
    """CRV so far: Σ type 1 (A − a − M + ACQ1) / (1+r)^t + Σ type 2 ACQ2 / (1+r)^t (Kumar, Petersen, Leone 2007, 2010).

    Args:
        facts: of the programme.
        type1_share: of those brought, the share who would not have come without; declared, as no data say it.
        discount: r a year; periods t are months begun since they joined.
        saved: acquisition cost saved for each (ACQ1 = ACQ2); None: the spend per new customer of the paid channels,
            or 0.
        told: the paid channels.

    Returns:
        value, type1, type2, in all; per_referrer {value, interval}; margin, rewards, saved_each, customers (brought),
        referrers; type1_share, discount, value_of; reading. Costs of keeping a customer (M) are not in the data, and 0.

    Raises:
        UsageError: the share or the discount is out of range.
    """
    if not 0 <= type1_share <= 1 or discount < 0:
        raise UsageError(
            f"The share of type 1 is from 0 to 1 and the discount from 0 up, not {type1_share:g} and {discount:g}."
        )
    monthly = per_period(discount, 12)
    own = facts.referrer >= 0
    referrer, referee, credit = facts.referrer[own], facts.referee[own], facts.credit[own]
    n = len(facts)
    each = _saved(facts, told) if saved is None else saved
    margin = np.bincount(
        facts.buyer[facts.buyer >= 0], weights=_discounted(facts, monthly), minlength=n
    ).astype(np.float64)
    if not len(facts.placed):
        margin = facts.value
    cost = np.bincount(referee, minlength=n) * 0.0
    granted = facts.reward_referral
    counts = facts.kept & (granted >= 0)
    at = facts.referee[granted[counts]]
    cost += np.bincount(
        at,
        weights=facts.reward[counts] / (1 + monthly) ** _periods(facts.granted[counts], facts.joined[at]),
        minlength=n,
    )
    first = type1_share * credit * (margin[referee] - cost[referee] + each)
    second = (1 - type1_share) * credit * each
    by_referrer = np.bincount(referrer, weights=first + second, minlength=n)
    refers = np.bincount(referrer, minlength=n) > 0
    per = ratio_of_sums(by_referrer, refers, facts.tree)
    result = {
        "value": float((first + second).sum()),
        "type1": float(first.sum()),
        "type2": float(second.sum()),
        "per_referrer": per,
        "margin": float((credit * margin[referee]).sum()),
        "rewards": float((credit * cost[referee]).sum()),
        "saved_each": float(each),
        "customers": int(np.unique(referee).size),
        "referrers": int(refers.sum()),
        "type1_share": type1_share,
        "discount": discount,
        "value_of": facts.value_of,
    }
    return {**result, "reading": _crv_reading(result)}


def reward_payback(facts: Facts) -> dict[str, Any]:
    """Days from a referrer's first reward until those they brought have earned all rewards for bringing them.

    Rewards of both sides count, those taken back do not. A referrer is watched to the end of the data; who has not
    earned them yet is censored there.

    Returns:
        What `time_until` gives, `value_of`, and `reading`.
    """
    granted = facts.reward_referral
    counts = facts.kept & (granted >= 0)
    counts[counts] &= facts.referrer[granted[counts]] >= 0
    payer = facts.referrer[granted[counts]]
    bringer = np.full(len(facts), -1, dtype=np.int64)
    share = np.zeros(len(facts))
    own = np.flatnonzero(facts.referrer >= 0)
    # With several referrers the one with most credit is who pays back.
    order = own[np.argsort(facts.credit[own], kind="stable")]
    bringer[facts.referee[order]], share[facts.referee[order]] = facts.referrer[order], facts.credit[order]
    bought = (facts.buyer >= 0) & (bringer[np.maximum(facts.buyer, 0)] >= 0)
    earner = bringer[facts.buyer[bought]]
    who = np.concatenate([payer, earner])
    at = np.concatenate([facts.granted[counts], facts.placed[bought]])
    change = np.concatenate([-facts.reward[counts], facts.order_value[bought]])
    first = facts.first(payer, facts.granted[counts])
    some = ~np.isnan(first[who]) if len(who) else np.zeros(0, dtype=bool)
    who, at, change = who[some], at[some], change[some]
    order = np.lexsort((at, who))
    who, at, change = who[order], at[order], change[order]
    balance = np.cumsum(change)
    begins = np.flatnonzero(np.diff(who, prepend=-1))
    balance -= np.repeat(balance[begins] - change[begins], np.diff(np.append(begins, len(who))))
    even = (balance >= -1e-9) & (at >= first[who])
    # A moment with several events counts when all of them are in.
    even &= np.append((who[1:] != who[:-1]) | (at[1:] != at[:-1]), True) if len(who) else even
    done = facts.first(who[even], at[even])
    rewarded = ~np.isnan(first)
    seen = ~np.isnan(done[rewarded])
    days = np.where(seen, done[rewarded], facts.until) - first[rewarded]
    found = time_until(np.maximum(np.floor(days + 1e-6), 0.0), seen, horizon=PAYBACK_HORIZON)
    return {**found, "value_of": facts.value_of, "reading": _payback_reading(found)}


def _saved(facts: Facts, told: Sequence[str] | None) -> float:
    """Spend per new customer of the paid channels."""
    paid = paid_channels(facts, told)
    came = np.isin(facts.attributes["channel"].astype(str), paid) & ~facts.referred
    spent = float(facts.spend[np.isin(facts.spend_channel.astype(str), paid)].sum())
    return spent / int(came.sum()) if came.any() else 0.0


def _discounted(facts: Facts, monthly: float) -> Floats:
    known: Flags = facts.buyer >= 0
    since = facts.joined[facts.buyer[known]]
    return np.asarray(facts.order_value[known] / (1 + monthly) ** _periods(facts.placed[known], since))


def _periods(at: Floats, since: Floats) -> Floats:
    """Whole months from one moment to another; 0 where either is not known."""
    return np.asarray(np.floor(np.maximum(np.nan_to_num(at - since), 0.0) / 30.4375))


def _crv_reading(found: dict[str, Any]) -> str:
    between = found["per_referrer"]["interval"]
    declared = (
        f"if {found['type1_share']:.0%} would not have come without the referral (declared, not measured)"
    )
    if between is None:
        return f"Too little data: {found['referrers']:,} referrers in fewer than {FEWEST} trees."
    return (
        f"A referrer has been worth {found['per_referrer']['value']:,.2f} beyond their own purchases "
        f"(95 % interval {between[0]:,.2f} to {between[1]:,.2f}), {declared}."
    )


def _payback_reading(found: dict[str, Any]) -> str:
    if found["of"] < FEWEST:
        return f"Too little data: {found['of']:,} referrers had rewards, {FEWEST} are needed."
    if found["median_days"] is None:
        return f"Fewer than half of {found['of']:,} rewarded referrers have earned their rewards so far."
    low, high = ("not reached" if end is None else f"{end:,.0f}" for end in found["interval"])
    return (
        f"Half of the referrers have earned their rewards {found['median_days']:,.0f} days after the first "
        f"(95 % interval {low} to {high})."
    )
