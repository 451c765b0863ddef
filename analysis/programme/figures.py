"""The programme's figures: counted by Cypher where it can, from columns where uncertainty needs each customer.

Definitions: the guide's page on measures, 'Programme' and 'Value'.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any, get_args

import numpy as np

from refnet.analysis.programme.acquisition import cost_of, paid_channels, referral_against_paid
from refnet.analysis.programme.change import before_after
from refnet.analysis.programme.cycle import cycle_time
from refnet.analysis.programme.facts import DAY_MS, Facts, read_facts
from refnet.analysis.programme.forecast import forecast
from refnet.analysis.programme.formulas import waves
from refnet.analysis.programme.groups import By, Period, breakdown, whole
from refnet.analysis.programme.growth import earned_growth
from refnet.analysis.programme.intervals import ratio, share
from refnet.analysis.programme.referral_value import customer_referral_value, reward_payback
from refnet.core.errors import UsageError
from refnet.core.progress import Progress, Quiet
from refnet.graph import Graph
from refnet.graph.connection import native

WINDOW_DAYS = 180
SEEDS, WAVES = 100, 10


@dataclass(frozen=True)
class Declared:
    """What no data say, and figures need: it is printed beside them.

    Attributes:
        paid: the paid channels; None: those that have spend and are not called organic, direct, email, referral ….
        type1_share: of customers brought, the share who would not have come without the referral.
        discount: a year, of CRV.
        saved: acquisition cost that a referral saves, in the graph's currency; None: spend per new paid customer.
    """

    paid: tuple[str, ...] | None = None
    type1_share: float = 1.0
    discount: float = 0.0
    saved: float | None = None


def programme(
    graph: Graph,
    *,
    since: date | None = None,
    until: date | None = None,
    by: By | Sequence[By] = "month",
    launch: date | None = None,
    window_days: int = WINDOW_DAYS,
    declared: Declared | None = None,
    progress: Progress | None = None,
    facts: Facts | None = None,
) -> dict[str, Any]:
    """Every figure there is data for, as plain values; what cannot be known is None.

    Args:
        graph: with customers, invitations, credited referrals, orders, rewards, spend.
        since: the period's first day (00:00 UTC): what happened before is left out. None: from the beginning.
        until: the first day after the period. None: to the end.
        by: what the figures are broken down by, one or several; the first of month, quarter, year among them (else
            month) is what the referral share is followed by.
        launch: compare the referral share of new customers before this day (00:00 UTC) with that from it on.
        window_days: follow-up from joining within which somebody has to invite to count as inviting, the same for all.
        declared: what no data say.
        progress: told of the rows that are read.
        facts: what `facts_of` gives for this graph; unset: they are read.

    Returns:
        referral_rate, conversion, propensity, k_factor (with its multiplier, and waves: customers after each wave
        from 100 seeds), cycle_time, referral_share (with before_after), acquisition_cost (by channel, with payback),
        referral_cost (referral against paid), rewards, reward_roi, reward_payback, earned_growth, retention_cost,
        extended_revenue, crv, forecast, breakdowns (one for each `by`); shares as fractions of 1, 95 % intervals,
        amounts in the graph's currency; sentences are `reading`.
        What counts as within the period: joining for the referral share, propensity, cycle time and cost, sending for
        conversion, inviting or bringing for the rate (of all who had joined by its end), granting for rewards; spend by
        the month's first day. Earned Growth is of the twelve months before its end; CRV, forecast, extended revenue,
        retention cost and payback of rewards are of all time.

    Raises:
        UsageError: the period ends before it begins; there is no such breakdown; what is declared is out of range.
    """
    if since is not None and until is not None and until <= since:
        raise UsageError(
            f"The period from {since} to {until} has no day.", "`to` is the first day after the period."
        )
    asked: tuple[By, ...] = (by,) if isinstance(by, str) else tuple(by)
    followed = _followed(asked)
    declared = declared or Declared()
    period = {"from": _instant(since), "to": _instant(until)}
    days = (-np.inf if since is None else _number(since), np.inf if until is None else _number(until))
    last = observed_until(graph)
    facts = facts or facts_of(graph, progress)
    everyone = whole(facts, since=days[0], until=days[1], window_days=window_days)
    rate = graph.query("programme/referral-rate", **period).one()
    conversion = graph.query("programme/conversion", **period).one()
    converted = share(conversion["converted"], conversion["invitations"])
    converted["rejected"] = conversion["rejected"]
    customers, invitations = rate["customers"], conversion["invitations"]
    k_factor = invitations / customers * converted["value"] if customers and invitations else None
    return {
        "from": since.isoformat() if since else None,
        "to": until.isoformat() if until else None,
        "referral_rate": share(rate["inviters"], customers),
        "conversion": converted,
        "propensity": _propensity(graph, window_days, period, last),
        "k_factor": {
            "value": k_factor,
            "interval": everyone["k_factor"]["interval"] if k_factor is not None else None,
            "invitations_per_customer": invitations / customers if customers else None,
            "multiplier": everyone["k_factor"]["multiplier"] if k_factor is not None else None,
            "waves": waves(SEEDS, k_factor, WAVES) if k_factor is not None else None,
        },
        "cycle_time": cycle_time(facts, _joined(facts, *days)),
        "referral_share": _referral_share(graph, launch, followed, period),
        "acquisition_cost": _costs(graph, facts, days, period, declared),
        "referral_cost": referral_against_paid(
            facts,
            _joined(facts, *days),
            (facts.spend_at >= days[0]) & (facts.spend_at < days[1]),
            (facts.granted >= days[0]) & (facts.granted < days[1]),
            declared.paid,
        ),
        "rewards": list(graph.query("programme/rewards", **period)),
        "reward_roi": {
            **everyone["roi"],
            "gained": everyone["value"],
            "rewards": everyone["rewards"]["amount"],
            "value_of": facts.value_of,
        },
        "reward_payback": reward_payback(facts),
        "earned_growth": earned_growth(
            graph,
            facts,
            end=None if until is None else min(days[1], np.floor(facts.until) + 1),
            told=declared.paid,
        ),
        "retention_cost": _retention(graph),
        "extended_revenue": _extended(graph),
        "crv": customer_referral_value(
            facts,
            type1_share=declared.type1_share,
            discount=declared.discount,
            saved=declared.saved,
            told=declared.paid,
        ),
        "forecast": forecast(facts, launch=None if launch is None else _number(launch)),
        "breakdowns": [
            breakdown(facts, one, since=days[0], until=days[1], window_days=window_days) for one in asked
        ],
    }


def facts_of(graph: Graph, progress: Progress | None = None) -> Facts:
    """What the figures are worked out from, as columns: read once for any number of periods."""
    with Quiet().stage("read") as quiet:
        return read_facts(graph, _day(observed_until(graph)), progress or quiet)


def observed_until(graph: Graph) -> datetime | None:
    """When the last order, invitation or joining in the graph was; None in an empty one."""
    until = graph.query("programme/observed-until").one()["until"]
    return native(until).astimezone(UTC) if until is not None else None


def _instant(day: date | None) -> str | None:
    return datetime.combine(day, time(), UTC).isoformat() if day is not None else None


def _day(at: datetime | None) -> float | None:
    return None if at is None else at.timestamp() * 1000 / DAY_MS


def _number(day: date) -> float:
    return float((day - date(1970, 1, 1)).days)


def _followed(asked: Sequence[By]) -> Period:
    for one in asked:
        if one not in get_args(By):
            raise UsageError(f"There is no breakdown by {one}.", f"There are {', '.join(get_args(By))}.")
    return next((period for one in asked for period in get_args(Period) if period == one), "month")


def _joined(facts: Facts, since: float, until: float) -> Any:
    with np.errstate(invalid="ignore"):
        return (facts.joined >= since) & (facts.joined < until)


def _costs(
    graph: Graph,
    facts: Facts,
    days: tuple[float, float],
    period: dict[str, str | None],
    declared: Declared,
) -> list[dict[str, Any]]:
    """Spend, customers and cost of each channel as Cypher counts them, with interval and payback."""
    paid = paid_channels(facts, declared.paid)
    joined = _joined(facts, *days)
    return [
        {
            **row,
            **{
                name: figure
                for name, figure in cost_of(
                    facts, row["spend"], joined & (facts.attributes["channel"] == row["channel"])
                ).items()
                if name not in row
            },
            "paid": row["channel"] in paid,
        }
        for row in graph.query("programme/acquisition-cost", **period)
    ]


def _retention(graph: Graph) -> dict[str, Any]:
    """What it costs to keep a customer (CRC), on average and as a share of what the same customers spent."""
    row = graph.query("programme/retention-cost").one()
    return {
        "customers": row["customers"],
        "value": row["retentionCost"],
        "revenue": row["revenue"],
        "share_of_revenue": row["shareOfRevenue"],
    }


def _extended(graph: Graph) -> dict[str, Any]:
    answer = graph.query("programme/extended-revenue")
    row = next(iter(answer), {**dict.fromkeys(answer.columns), "referrers": 0})  # none without customers
    known = bool(row["referrers"])
    return {
        "referrers": row["referrers"],
        "own": row["own"],
        "ecr_direct": row["ecrDirect"],
        "ecr_network": row["ecrNetwork"],
        "conserved_credit": row["conservedCredit"],
        "revenue_total": row["revenueTotal"],
        "conserved_total": row["conservedTotal"] if known else None,
    }


def _propensity(
    graph: Graph, window_days: int, period: dict[str, str | None], until: datetime | None
) -> dict[str, Any]:
    groups: dict[bool, tuple[int, int]] = {True: (0, 0), False: (0, 0)}
    if until is not None:
        for row in graph.query("programme/propensity", days=window_days, until=until.isoformat(), **period):
            groups[row["referred"]] = (row["inviters"], row["customers"])
    return {
        **ratio(groups[True], groups[False]),
        "window_days": window_days,
        "referred": share(*groups[True]),
        "not_referred": share(*groups[False]),
    }


def _referral_share(
    graph: Graph, launch: date | None, by: Period, period: dict[str, str | None]
) -> dict[str, Any]:
    months = list(graph.query("programme/share-by-month", **period))
    brought, everyone = sum(m["byCustomers"] for m in months), sum(m["customers"] for m in months)
    result = {
        **share(brought, everyone),
        "by_affiliates": share(sum(m["byAffiliates"] for m in months), everyone),
        "by": by,
        "periods": _periods(months, by),
        "before_after": None,
    }
    if launch is not None:
        result["before_after"] = before_after(list(graph.query("programme/share-by-day", **period)), launch)
    return result


def _periods(months: list[dict[str, Any]], by: Period) -> list[dict[str, Any]]:
    """Months put together: 2024-07 is 2024-Q3 and 2024."""
    found: dict[str, dict[str, Any]] = {}
    for month in months:
        year, number = month["month"].split("-")
        name = {"month": month["month"], "quarter": f"{year}-Q{(int(number) + 2) // 3}", "year": year}[by]
        one = found.setdefault(name, {"period": name, "customers": 0, "by_customers": 0, "by_affiliates": 0})
        one["customers"] += month["customers"]
        one["by_customers"] += month["byCustomers"]
        one["by_affiliates"] += month["byAffiliates"]
    return list(found.values())
