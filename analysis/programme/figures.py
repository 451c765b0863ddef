"""The programme's figures, counted by Cypher and given their uncertainty here.

Definitions: the guide's page on measures, 'Programme'.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from typing import Any, Literal

from refnet.analysis.programme.intervals import difference, ratio, share
from refnet.core.errors import UsageError
from refnet.graph import Graph
from refnet.graph.connection import native

WINDOW_DAYS = 180

By = Literal["month", "quarter", "year"]


def programme(
    graph: Graph,
    *,
    since: date | None = None,
    until: date | None = None,
    by: By = "month",
    launch: date | None = None,
    window_days: int = WINDOW_DAYS,
) -> dict[str, Any]:
    """Every figure there is data for, as plain values; what cannot be known is None.

    Args:
        graph: with customers, invitations, credited referrals, spend.
        since: the period's first day (00:00 UTC): what happened before is left out. None: from the beginning.
        until: the first day after the period. None: to the end.
        by: what the referral share is followed by.
        launch: compare the referral share of new customers before this day (00:00 UTC) with that from it on.
        window_days: follow-up from joining within which somebody has to invite to count as inviting, the same for all.

    Returns:
        referral_rate, conversion, propensity, k_factor, referral_share, acquisition_cost, rewards; shares as fractions
        of 1 with a 95 % interval, amounts in the graph's currency. What counts as within the period: joining for the
        referral share, propensity and cost, sending for conversion, inviting or bringing for the rate (of all who had
        joined by its end), granting for rewards; spend by the month's first day.

    Raises:
        UsageError: the period ends before it begins.
    """
    if since is not None and until is not None and until <= since:
        raise UsageError(
            f"The period from {since} to {until} has no day.", "`to` is the first day after the period."
        )
    period = {"from": _instant(since), "to": _instant(until)}
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
        "propensity": _propensity(graph, window_days, period),
        "k_factor": {
            "value": k_factor,
            "invitations_per_customer": invitations / customers if customers else None,
        },
        "referral_share": _referral_share(graph, launch, by, period),
        "acquisition_cost": list(graph.query("programme/acquisition-cost", **period)),
        "rewards": list(graph.query("programme/rewards", **period)),
    }


def observed_until(graph: Graph) -> datetime | None:
    """When the last order, invitation or joining in the graph was; None in an empty one."""
    until = graph.query("programme/observed-until").one()["until"]
    return native(until).astimezone(UTC) if until is not None else None


def _instant(day: date | None) -> str | None:
    return datetime.combine(day, time(), UTC).isoformat() if day is not None else None


def _propensity(graph: Graph, window_days: int, period: dict[str, str | None]) -> dict[str, Any]:
    until = observed_until(graph)
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
    graph: Graph, launch: date | None, by: By, period: dict[str, str | None]
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
        found = {
            row["period"]: (row["referred"], row["customers"])
            for row in graph.query("programme/share-before-after", date=_instant(launch), **period)
        }
        before, after = found.get("before", (0, 0)), found.get("after", (0, 0))
        result["before_after"] = {
            "date": launch.isoformat(),
            "before": share(*before),
            "after": share(*after),
            "difference": difference(before, after),
        }
    return result


def _periods(months: list[dict[str, Any]], by: By) -> list[dict[str, Any]]:
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
