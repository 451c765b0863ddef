"""Affiliates: whom they brought, what it cost, and whether those stay, beside the customers no affiliate brought."""

from __future__ import annotations

from typing import Any

from scipy import stats

from refnet.analysis.programme.figures import observed_until
from refnet.graph import Graph

_FEW = 20


def affiliates(graph: Graph) -> dict[str, Any]:
    """The scorecard of every affiliate, best net first, and the comparison group.

    Returns:
        `affiliates`: [{affiliate_id, name, niche, customers, sales, commission, net, roas, mean_cltv, monthly_churn,
        reading}], `others`: the monthly churn of customers whom no affiliate brought. Amounts in the graph's currency;
        churn is events per customer-month, with an exact Poisson interval (Garwood 1936); sales are after refunds;
        `reading` compares its churn with that of the others.
    """
    until = observed_until(graph)
    months: dict[str | None, dict[str, Any]] = {}
    if until is not None:
        months = {
            r["affiliateId"]: r for r in graph.query("affiliates/months-at-risk", until=until.isoformat())
        }
    others = _churn(months.get(None))
    return {
        "affiliates": [
            {
                "affiliate_id": row["affiliateId"],
                "name": row["name"],
                "niche": row["niche"],
                "customers": row["customers"],
                "sales": row["sales"],
                "commission": row["commission"],
                "net": row["net"],
                "roas": row["roas"],
                "mean_cltv": row["meanCltv"],
                "network_sales": row["networkSales"],
                "monthly_churn": (churn := _churn(months.get(row["affiliateId"]))),
                "reading": _reading(row["customers"], churn, others),
            }
            for row in graph.query("affiliates/scorecard")
        ],
        "others": others,
    }


def _churn(row: dict[str, Any] | None) -> dict[str, Any]:
    if row is None or not row["monthsAtRisk"]:
        return {"value": None, "interval": None, "churned": 0, "months_at_risk": 0}
    events, at_risk = row["churned"], row["monthsAtRisk"]
    low = stats.chi2.ppf(0.025, 2 * events) / 2 if events else 0.0
    high = stats.chi2.ppf(0.975, 2 * events + 2) / 2
    return {
        "value": events / at_risk,
        "interval": [float(low / at_risk), float(high / at_risk)],
        "churned": events,
        "months_at_risk": at_risk,
    }


def _reading(customers: int, churn: dict[str, Any], others: dict[str, Any]) -> str:
    if customers < _FEW or churn["value"] is None or not others["value"]:
        return "too little data"
    if churn["interval"][0] > others["interval"][1]:
        return f"leave {churn['value'] / others['value']:.1f} times as fast"
    if churn["interval"][1] < others["interval"][0]:
        return "stay longer"
    return "no clear difference"
