"""The programme by period, cohort, country, channel and campaign: every figure for every level, from the same columns.

What belongs to a level: a period has who joined, was invited, was rewarded in it; a cohort (month of joining), a
country and a channel have their customers, with all that these did; a campaign has its invitations, and the customers
brought in it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal, get_args

import numpy as np

from refnet.analysis.programme.acquisition import cost_of
from refnet.analysis.programme.cycle import cycle_time
from refnet.analysis.programme.estimates import FEWEST, ratio_of_sums
from refnet.analysis.programme.facts import Facts, Flags, Floats, Levels
from refnet.analysis.programme.formulas import multiplier
from refnet.analysis.programme.intervals import ratio, share
from refnet.core.errors import UsageError

Period = Literal["month", "quarter", "year"]
By = Literal["month", "quarter", "year", "cohort", "country", "channel", "campaign"]
PERIODS: tuple[str, ...] = get_args(Period)

MOST_LEVELS = 100
"""Of countries, channels and campaigns the largest so many."""


@dataclass(frozen=True)
class _Part:
    """What is counted for one level: flags over customers, invitations, referrals, rewards, months of spend.

    Attributes:
        there: customers who could invite. joined: new ones; brought: among them those who count as brought.
        at_risk: whose propensity and cycle time it is; beside: new ones whom nobody brought, to compare with.
    """

    level: str | None
    there: Flags
    joined: Flags
    brought: Flags
    at_risk: Flags
    beside: Flags
    invitations: Flags
    referrals: Flags
    rewards: Flags
    spends: Flags


def breakdown(
    facts: Facts, by: By, *, since: float = -np.inf, until: float = np.inf, window_days: int = 180
) -> dict[str, Any]:
    """Every figure of the programme for each level, in the order of time or of size.

    Args:
        facts: of the programme.
        by: what the levels are of.
        since, until: days since 1970 between which things count, the second outside; what has no date counts only
            where neither is given.
        window_days: follow-up within which somebody has to invite to count for propensity.

    Returns:
        by; groups [{level, customers, referral_rate, conversion, k_factor, propensity, referral_share, cycle_time,
        cost, rewards, value, roi, too_little_data}] as `group_figures` has them; left_out, how many levels beyond
        MOST_LEVELS.

    Raises:
        UsageError: there is no such `by`.
    """
    if by not in get_args(By):
        raise UsageError(f"There is no breakdown by {by}.", f"There are {', '.join(get_args(By))}.")
    parts = list(_periods(facts, by, since, until) if by in PERIODS else _levels(facts, by, since, until))
    ranked = parts
    if by in ("country", "channel", "campaign"):
        ranked = sorted(parts, key=lambda part: (-int(part.joined.sum()), -int(part.invitations.sum())))
    groups = [group_figures(facts, part, window_days=window_days) for part in ranked[:MOST_LEVELS]]
    return {"by": by, "groups": groups, "left_out": max(len(ranked) - MOST_LEVELS, 0)}


def whole(facts: Facts, *, since: float = -np.inf, until: float = np.inf, window_days: int = 180) -> Any:
    """The same figures for everyone together."""
    return group_figures(facts, _everyone(facts, since, until), window_days=window_days)


def group_figures(facts: Facts, part: _Part, *, window_days: int) -> dict[str, Any]:
    """One level's figures.

    Returns:
        referral_rate, conversion (with rejected), propensity, referral_share as `share` and `ratio` have them;
        k_factor: invitations that became customers per customer, with an interval that allows for trees, and its
            multiplier;
        cycle_time; cost: spend, cac and its interval, monthly_margin per customer, payback_months; rewards that were
        not taken back; value: what the customers brought have earned so far (margin, or revenue); roi of the rewards;
        too_little_data: the names of figures that rest on fewer than FEWEST.
    """
    n = len(facts)
    sent = part.invitations & (facts.sender >= 0)
    signs = np.zeros(n, dtype=bool)
    signs[facts.sender[sent]] = True
    signs[facts.referrer[part.referrals & (facts.referrer >= 0)]] = True
    alive = part.invitations & ~facts.rejected
    good = alive & facts.converted
    rate = share(int((signs & part.there).sum()), int(part.there.sum()))
    conversion = {
        **share(int(good.sum()), int(alive.sum())),
        "rejected": int((part.invitations & facts.rejected).sum()),
    }
    # What affiliates' invitations brought is one unit more, of no tree.
    converted = np.bincount(np.where(facts.sender >= 0, facts.sender, n)[good], minlength=n + 1)
    k = ratio_of_sums(converted, np.append(part.there, False), np.append(facts.tree, n))
    customers = int(part.there.sum())
    joined, brought = int(part.joined.sum()), int((part.joined & part.brought).sum())
    found: dict[str, Any] = {
        "level": part.level,
        "customers": int(part.at_risk.sum()),
        "referral_rate": rate,
        "conversion": conversion,
        "k_factor": {
            **k,
            "invitations_per_customer": int(alive.sum()) / customers if customers else None,
            "multiplier": multiplier(k["value"]),
        },
        "propensity": _propensity(facts, part, window_days),
        "referral_share": share(brought, joined),
        "cycle_time": cycle_time(facts, part.at_risk),
        "cost": _cost(facts, part),
        **_rewards(facts, part),
    }
    sizes = {
        "referral_rate": rate["of"],
        "conversion": conversion["of"],
        "k_factor": k["clusters"],
        "propensity": min(found["propensity"]["referred"]["of"], found["propensity"]["not_referred"]["of"]),
        "referral_share": joined,
        "cycle_time": found["cycle_time"]["of"],
        "roi": found["roi"]["clusters"],
    }
    found["too_little_data"] = [name for name, size in sizes.items() if size < FEWEST]
    return found


def _propensity(facts: Facts, part: _Part, window_days: int) -> dict[str, Any]:
    """P(invites | referred) / P(invites | not), for whom the whole window is over."""
    with np.errstate(invalid="ignore"):
        watched = facts.joined + window_days <= facts.until
        soon = facts.first_sign <= facts.joined + window_days
    groups = [
        (int((who & watched & soon).sum()), int((who & watched).sum()))
        for who in (part.at_risk & facts.referred, part.beside & ~facts.referred)
    ]
    return {
        **ratio(groups[0], groups[1]),
        "window_days": window_days,
        "referred": share(*groups[0]),
        "not_referred": share(*groups[1]),
    }


def _cost(facts: Facts, part: _Part) -> dict[str, Any]:
    """Acquisition cost and its payback, rewards and commissions apart."""
    spend = float(facts.spend[part.spends].sum()) if part.spends.any() else None
    return cost_of(facts, spend, part.at_risk)


def _rewards(facts: Facts, part: _Part) -> dict[str, Any]:
    """Rewards that were not taken back, and what the customers brought have earned, by referrer's tree."""
    given = part.rewards & facts.kept
    brought = part.joined & part.brought & facts.referred
    trees = np.concatenate([facts.tree, _tree_of_rewards(facts)])
    gained = np.concatenate([facts.value * brought, np.zeros(len(facts.reward))])
    rewards = np.concatenate([np.zeros(len(facts)), facts.reward * given])
    roi = ratio_of_sums(gained - rewards, rewards, trees)
    return {
        "rewards": {"count": int(given.sum()), "amount": float(rewards.sum())},
        "value": float(gained.sum()),
        "roi": roi,
    }


def _tree_of_rewards(facts: Facts) -> Any:
    own = np.where(facts.granted_to >= 0, facts.granted_to, 0)
    known = facts.granted_to >= 0
    alone = len(facts) + np.arange(len(known))
    return np.where(known, facts.tree[own], alone) if len(facts) else alone


def _everyone(facts: Facts, since: float, until: float, level: str | None = None) -> _Part:
    """What counts between two days."""
    always = since == -np.inf and until == np.inf

    def within(at: Floats) -> Flags:
        with np.errstate(invalid="ignore"):
            return np.asarray((at >= since) & (at < until)) | (np.isnan(at) & always)

    with np.errstate(invalid="ignore"):
        there = np.isnan(facts.joined) | (facts.joined < until)
    joined = within(facts.joined) & ~np.isnan(facts.joined)
    return _Part(
        level,
        there=there,
        joined=joined,
        brought=facts.referred,
        at_risk=joined,
        beside=joined,
        invitations=within(facts.sent),
        referrals=within(facts.brought_at),
        rewards=within(facts.granted),
        spends=within(facts.spend_at),
    )


def _periods(facts: Facts, by: str, since: float, until: float) -> Iterator[_Part]:
    unit = {"month": 1, "quarter": 3, "year": 12}[by]
    times = [facts.joined, facts.sent, facts.brought_at, facts.granted]
    known = np.concatenate([at[np.isfinite(at)] for at in times])
    known = known[(known >= since) & (known < until)]
    if not known.size:
        return
    first, last = (_month(at) // unit for at in (known.min(), known.max()))
    for number in range(first, last + 1):
        begins, ends = (
            float(np.datetime64(n * unit, "M").astype("datetime64[D]").astype(np.int64))
            for n in (number, number + 1)
        )
        yield _everyone(facts, max(begins, since), min(ends, until), _called(number * unit, by))


def _levels(facts: Facts, by: str, since: float, until: float) -> Iterator[_Part]:
    base = _everyone(facts, since, until)
    if by == "campaign":
        yield from _campaigns(facts, base)
        return
    labels = _cohorts(facts.joined) if by == "cohort" else facts.attributes[by]
    some = base.there & np.array([label is not None for label in labels], dtype=bool)
    for label in sorted(set(labels[some])):
        ours = labels == label
        yield _Part(
            label,
            there=base.there & ours,
            joined=base.joined & ours,
            brought=facts.referred,
            at_risk=base.joined & ours,
            beside=base.joined & ours,
            invitations=base.invitations & _of(facts.sender, ours),
            referrals=base.referrals & _of(facts.referrer, ours),
            rewards=base.rewards & _of(facts.granted_to, ours),
            spends=base.spends & _spends(facts, by, label),
        )
    if by == "channel":
        for label in sorted(set(facts.spend_channel[base.spends]) - set(labels[some])):
            nobody = np.zeros(len(facts), dtype=bool)
            yield _Part(
                label,
                there=nobody,
                joined=nobody,
                brought=facts.referred,
                at_risk=nobody,
                beside=nobody,
                invitations=np.zeros(len(facts.sent), dtype=bool),
                referrals=np.zeros(len(facts.referee), dtype=bool),
                rewards=np.zeros(len(facts.reward), dtype=bool),
                spends=base.spends & (facts.spend_channel == label),
            )


def _spends(facts: Facts, by: str, label: str) -> Flags:
    """A channel's months of spend; of a cohort those of its month; a country has none of its own."""
    if by == "cohort":
        return np.asarray(_cohorts(facts.spend_at) == label)
    return np.asarray(facts.spend_channel == label) if by == "channel" else np.zeros(len(facts.spend), bool)


def _campaigns(facts: Facts, base: _Part) -> Iterator[_Part]:
    names = {name for name in (*facts.sent_in, *facts.brought_in[facts.referrer >= 0]) if name is not None}
    of_reward = facts.reward_referral
    campaign_of_reward = np.full(len(of_reward), None, dtype=object)
    campaign_of_reward[of_reward >= 0] = facts.brought_in[of_reward[of_reward >= 0]]
    for name in sorted(names):
        theirs = base.joined & facts.referred & (facts.campaign == name)
        yield _Part(
            name,
            there=base.there,
            joined=base.joined,
            brought=theirs,
            at_risk=theirs,
            beside=base.joined,
            invitations=base.invitations & (facts.sent_in == name),
            referrals=base.referrals & (facts.brought_in == name),
            rewards=base.rewards & (campaign_of_reward == name),
            spends=np.zeros(len(facts.spend), dtype=bool),
        )


def _of(who: Any, ours: Flags) -> Flags:
    """Whether each one's customer is among ours; nobody's is not."""
    return np.asarray(np.append(ours, False)[who])


def _cohorts(joined: Floats) -> Levels:
    names = np.full(len(joined), None, dtype=object)
    known = ~np.isnan(joined)
    names[known] = np.floor(joined[known]).astype("datetime64[D]").astype("datetime64[M]").astype(str)
    return names


def _month(at: float) -> int:
    return int(np.datetime64(int(np.floor(at)), "D").astype("datetime64[M]").astype(np.int64))


def _called(month: int, by: str) -> str:
    """Months since 1970 as 2024-07, 2024-Q3, 2024."""
    year, rest = 1970 + month // 12, month % 12
    return {"month": f"{year}-{rest + 1:02}", "quarter": f"{year}-Q{rest // 3 + 1}", "year": str(year)}[by]
