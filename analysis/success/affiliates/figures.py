"""Scorecards of affiliates, programmes, niches and months of joining, from the columns.

Definitions: the guide's page on measures, 'Affiliates'.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import numpy as np
from scipy import stats

from refnet.analysis.programme.estimates import ALPHA, FEWEST
from refnet.analysis.success.affiliates.estimates import (
    Strata,
    jackknife,
    monthly_churn,
    of_means,
    per_click,
    rate_ratio,
)
from refnet.analysis.success.affiliates.facts import MONTH_DAYS, Facts, Floats
from refnet.analysis.success.affiliates.rows import By, Group, Rows, families, first_of, groups, whole
from refnet.analysis.success.affiliates.survival import MISSING, available, curve
from refnet.analysis.success.affiliates.verdict import TOO_LITTLE, Declared, verdict

MEASURES = ("sales", "refunds", "value", "cltv", "customers_below", "sales_below")
"""What a customer is compared by with the organic of the same months."""


def scorecards(
    facts: Facts, *, by: By = "affiliate", declared: Declared | None = None, curves: bool = True
) -> dict[str, Any]:
    """Every level's scorecard, the best net first (months in their order), and all together.

    Args:
        facts: of affiliates.
        by: what a scorecard is of.
        declared: what a verdict needs and no data say.
        curves: with survival curves, where lifelines is there.

    Returns:
        by; affiliates, a card each (see `Cards.card`; `affiliate_id` and who they are, or `level`); all, one card of
        everybody brought; others: monthly churn of the organic, whom nobody brought; organic_survival; until, when the
        data end; churn_by, in words; value_of (margin or revenue); declared; missing: what could not be made, and the
        next step.

    Raises:
        UsageError: there is no such `by`.
    """
    made = Cards(facts, declared or Declared(), curves)
    cards = [made.card(group) for group in groups(facts, by)]
    judge(cards, made.declared)
    if by == "affiliate":
        under = families(facts.partners.parent)
        known = [one for one in cards if one["level"] is not None]
        cards = [one | _about(made, at, under.get(at, [])) for at, one in enumerate(known)]
    if by != "month":
        cards.sort(key=lambda one: (-one["net"], one["level"] or ""))
    everyone = made.card(whole(facts))
    judge([everyone], made.declared)
    organic = facts.organic & np.isfinite(facts.joined)
    events, months = int(facts.churned[organic].sum()), float(facts.months[organic].sum())
    return {
        "by": by,
        "affiliates": cards,
        "all": everyone,
        "others": monthly_churn(events, months),
        "organic_survival": curve(facts.months[organic], facts.churned[organic]) if curves else None,
        "until": _iso(facts.until),
        "churn_by": churn_by(facts),
        "value_of": facts.value_of,
        "declared": {"target": made.declared.target, "young_months": made.declared.young_months},
        "missing": [] if available() or not curves else [MISSING],
    }


def _iso(days: float) -> str | None:
    return datetime.fromtimestamp(round(days * 86_400, 3), UTC).isoformat() if np.isfinite(days) else None


def churn_by(facts: Facts) -> str:
    """How it is known that somebody has left."""
    if np.isfinite(facts.lost).any():
        return "churned_at"
    if facts.inactive_days is None:
        return "not known: nobody has a churned_at, and nobody has ordered twice"
    return f"no order for {facts.inactive_days:,.0f} days, three times the usual gap: nobody has a churned_at"


class Cards:
    """Makes scorecards; what all of them share is worked out once."""

    def __init__(self, facts: Facts, declared: Declared, curves: bool = False) -> None:
        self.facts, self.declared, self.curves = facts, declared, curves
        self.rows = Rows(facts)
        heads, spent = facts.below
        there = np.isfinite(facts.joined)
        self.strata = Strata.of(
            facts.month,
            facts.churned,
            facts.months,
            facts.organic & there,
            {
                "sales": np.nan_to_num(facts.revenue),
                "refunds": facts.refunded,
                "value": facts.value,
                "cltv": facts.cltv,
                "customers_below": heads,
                "sales_below": spent,
            },
        )

    def card(self, group: Group, commission: Floats | None = None) -> dict[str, Any]:
        """One scorecard.

        Args:
            group: whom and what it counts.
            commission: of each of those brought, shape (b,), instead of what was paid.

        Returns:
            level; customers; gross_sales, refunds, sales = gross_sales − refunds, commission (not taken back), of it
            commission_paid, commission_open and commission_override (on customers of affiliates below);
            commission_taken_back, kept_on_refunds (commission on what was given back), net = sales − commission;
            overrides_above: what affiliates above got for these customers;
            visits, clicks, epc, sales_per_click; roas and roas_interval; roi, return_on_commission, payback_months;
            refund_rate; mean_cltv; network_sales; second_generation {customers, sales}; per_customer, with `value`
            (margin), `commission` (overrides above included) and `contribution`; monthly_churn, churn_ratio, organic,
            survival; age_months, since half of them had joined; commission_rate and commission_fixed as agreed. Reading
            and verdict come by `judge`. Estimates are {value, interval}.
        """
        facts, rows = self.facts, self.rows
        mine = group.rows
        first, place = first_of(facts.customer[mine])
        people = facts.customer[mine][first]
        n = len(people)

        def each(values: Floats) -> Floats:
            return np.bincount(place, weights=values[mine], minlength=n).astype(np.float64)

        state, amount = facts.status[group.earned], facts.earned_amount[group.earned]
        got = float(amount[state >= 0].sum())
        loose = (facts.earned_row[group.earned] < 0) & (state >= 0)
        passed_on = (rows.override_row[group.earned] >= 0) & loose
        sales, refunds, value = each(rows.sales), each(rows.refunds), each(rows.value)
        customers_below, sales_below = (each(one) for one in rows.below)
        own, over = each(rows.commission), each(rows.overrides)
        rest = float(amount[loose & ~passed_on].sum())
        if commission is not None:
            own, over, rest = each(commission), over * 0.0, 0.0
        cost = own + over + (rest / n if n else 0.0)
        cltv = facts.cltv[people]
        months, churned = facts.months[people], facts.churned[people]
        dated = np.isfinite(facts.joined[people])
        events, at_risk = int(churned[dated].sum()), float(months[dated].sum())
        organic = self.strata.matched(facts.month[people], months)
        ratio = rate_ratio(events, at_risk, organic["monthly_churn"])
        organic["monthly_churn"].pop("variance", None)
        known = np.isfinite(cltv)
        per_customer = {
            "sales": of_means(sales),
            "refunds": of_means(refunds),
            "value": of_means(value),
            "commission": of_means(cost),
            "contribution": of_means(value - cost),
            "cltv": of_means(cltv[known]),
            "customers_below": of_means(customers_below),
            "sales_below": of_means(sales_below),
        }
        roas = of_means(sales, cost)
        returns = of_means(value, cost)
        age = facts.until - facts.joined[people][dated]
        total, gross = float(sales.sum()), float((sales + refunds).sum())
        clicks = None if np.isnan(group.clicks) else group.clicks
        kept = (facts.earned_by[group.earned] >= 0) & (state >= 0)
        return {
            "level": group.level,
            "customers": n,
            "gross_sales": gross,
            "refunds": float(refunds.sum()),
            "sales": total,
            "commission": got,
            "commission_paid": float(amount[state > 0].sum()),
            "commission_open": float(amount[state == 0].sum()),
            "commission_override": float(amount[passed_on].sum()),
            "commission_taken_back": float(amount[state < 0].sum()),
            "kept_on_refunds": float((amount[kept] * self._refunded(group.earned[kept])).sum()),
            "overrides_above": float(over.sum()),
            "net": total - got,
            "visits": None if np.isnan(group.visits) else int(group.visits),
            "clicks": None if clicks is None else int(clicks),
            "epc": per_click(own, got - float(own.sum()), clicks or 0.0),
            "sales_per_click": per_click(sales, 0.0, clicks or 0.0),
            "roas": roas["value"],
            "roas_interval": roas["interval"],
            "return_on_commission": returns,
            "roi": jackknife(lambda v, c: v / c - 1, value, cost),
            "payback_months": jackknife(
                lambda c, k, v, m: (c / k) * (m / v), cost, np.ones(n), value, months
            ),
            "refund_rate": of_means(refunds, sales + refunds),
            "mean_cltv": per_customer["cltv"]["value"],
            "network_sales": total + float(sales_below.sum()),
            "second_generation": {
                "customers": float(customers_below.sum()),
                "sales": float(sales_below.sum()),
            },
            "per_customer": per_customer,
            "monthly_churn": monthly_churn(events, at_risk),
            "churn_ratio": {**ratio, "q_value": None},
            "organic": organic,
            "survival": curve(months[dated], churned[dated]) if self.curves else None,
            "age_months": float(np.median(age)) / MONTH_DAYS if age.size else None,
            "commission_rate": self._agreed(group, facts.partners.rate),
            "commission_fixed": self._agreed(group, facts.partners.fixed),
        }

    def _refunded(self, earned: Any) -> Any:
        """Of commissions that are for an order, what part of it was given back."""
        order = self.facts.earned_by[earned]
        return self.facts.order_refund[order] / np.maximum(self.facts.order_amount[order], 1e-9)

    def _agreed(self, group: Group, terms: Floats) -> float | None:
        """The agreed commission, where all of the group have the same."""
        agreed = np.unique(terms[np.unique(self.facts.affiliate[group.rows])])
        return float(agreed[0]) if len(agreed) == 1 and np.isfinite(agreed[0]) else None


def judge(cards: list[dict[str, Any]], declared: Declared) -> None:
    """Each card's reading of churn beside the organic, the false-discovery rate 5 % over the cards; and verdict."""
    tested = [
        one for one in cards if one["customers"] >= FEWEST and one["churn_ratio"].get("p_value") is not None
    ]
    if tested:
        adjusted = stats.false_discovery_control([one["churn_ratio"]["p_value"] for one in tested])
        for one, q_value in zip(tested, adjusted, strict=True):
            one["churn_ratio"]["q_value"] = float(q_value)
    for one in cards:
        ratio, q_value = one["churn_ratio"]["value"], one["churn_ratio"]["q_value"]
        if q_value is None:
            one["reading"] = TOO_LITTLE
        elif q_value > ALPHA:
            one["reading"] = "no clear difference"
        else:
            one["reading"] = f"leave {ratio:.1f} times as fast" if ratio > 1 else "stay longer"
        one["verdict"] = verdict(one, declared)


def _about(made: Cards, at: int, under: list[int]) -> dict[str, Any]:
    """Who an affiliate is, who is above and below, and what it brought as a customer."""
    facts = made.facts
    partners = facts.partners
    parent, owner = int(partners.parent[at]), int(partners.owner[at])
    told: dict[str, Any] = {
        "affiliate_id": partners.ids[at],
        "name": partners.name[at],
        "niche": partners.niche[at],
        "programme": partners.programme[at],
        "parent_id": partners.ids[parent] if parent >= 0 else None,
        "below": None,
        "as_customer": None,
    }
    if owner >= 0:
        credited = (facts.affiliate == at) & facts.as_customer
        told["as_customer"] = {
            "customer_id": facts.ids[owner],
            "customers": int(credited.sum()),
            "sales": float(made.rows.sales[credited].sum()),
        }
    if under:
        family = np.isin(facts.affiliate, [at, *under])
        got = np.isin(facts.earner, [at, *under]) & (facts.status >= 0)
        sales, commission = float(made.rows.sales[family].sum()), float(facts.earned_amount[got].sum())
        told["below"] = {
            "affiliates": len(under),
            "customers": int(np.unique(facts.customer[family]).size),
            "sales": sales,
            "commission": commission,
            "net": sales - commission,
        }
    return told
