"""The programme's figures, counted by Cypher and given their uncertainty here.

Definitions: the guide's page on measures, 'Programme'.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from typing import Any

from refnet.analysis.programme.intervals import difference, ratio, share
from refnet.graph import Graph
from refnet.graph.connection import native

WINDOW_DAYS = 180


def programme(graph: Graph, *, launch: date | None = None, window_days: int = WINDOW_DAYS) -> dict[str, Any]:
    """Every figure there is data for, as plain values; what cannot be known is None.

    Args:
        graph: with customers, invitations, credited referrals, spend.
        launch: compare the referral share of new customers before this day (00:00 UTC) with that from it on.
        window_days: follow-up from joining within which somebody has to invite to count as inviting, the same for all.

    Returns:
        referral_rate, conversion, propensity, k_factor, referral_share, acquisition_cost, rewards; shares as fractions
        of 1 with a 95 % interval, amounts in the graph's currency.
    """
    rate = graph.query("programme/referral-rate").one()
    conversion = graph.query("programme/conversion").one()
    converted = share(conversion["converted"], conversion["invitations"])
    converted["rejected"] = conversion["rejected"]
    customers, invitations = rate["customers"], conversion["invitations"]
    k_factor = invitations / customers * converted["value"] if customers and invitations else None
    return {
        "referral_rate": share(rate["inviters"], customers),
        "conversion": converted,
        "propensity": _propensity(graph, window_days),
        "k_factor": {
            "value": k_factor,
            "invitations_per_customer": invitations / customers if customers else None,
        },
        "referral_share": _referral_share(graph, launch),
        "acquisition_cost": list(graph.query("programme/acquisition-cost")),
        "rewards": list(graph.query("programme/rewards")),
    }


def observed_until(graph: Graph) -> datetime | None:
    """When the last order, invitation or joining in the graph was; None in an empty one."""
    until = graph.query("programme/observed-until").one()["until"]
    return native(until).astimezone(UTC) if until is not None else None


def _propensity(graph: Graph, window_days: int) -> dict[str, Any]:
    until = observed_until(graph)
    groups: dict[bool, tuple[int, int]] = {True: (0, 0), False: (0, 0)}
    if until is not None:
        for row in graph.query("programme/propensity", days=window_days, until=until.isoformat()):
            groups[row["referred"]] = (row["inviters"], row["customers"])
    return {
        **ratio(groups[True], groups[False]),
        "window_days": window_days,
        "referred": share(*groups[True]),
        "not_referred": share(*groups[False]),
    }


def _referral_share(graph: Graph, launch: date | None) -> dict[str, Any]:
    months = list(graph.query("programme/share-by-month"))
    brought, everyone = sum(m["byCustomers"] for m in months), sum(m["customers"] for m in months)
    result = {
        **share(brought, everyone),
        "by_affiliates": share(sum(m["byAffiliates"] for m in months), everyone),
        "months": [
            {
                "month": m["month"],
                "customers": m["customers"],
                "by_customers": m["byCustomers"],
                "by_affiliates": m["byAffiliates"],
            }
            for m in months
        ],
        "before_after": None,
    }
    if launch is not None:
        day = datetime.combine(launch, time(), UTC).isoformat()
        found = {
            row["period"]: (row["referred"], row["customers"])
            for row in graph.query("programme/share-before-after", date=day)
        }
        before, after = found.get("before", (0, 0)), found.get("after", (0, 0))
        result["before_after"] = {
            "date": launch.isoformat(),
            "before": share(*before),
            "after": share(*after),
            "difference": difference(before, after),
        }
    return result
