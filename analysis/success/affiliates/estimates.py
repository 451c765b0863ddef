"""Churn per month, functions of means over customers, and the same of the organic who joined in the same months.

Every interval is two-sided, 95 %; what there is too little data for is None.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import stats

from refnet.analysis.programme.estimates import FEWEST
from refnet.analysis.programme.intervals import LEVEL, poisson
from refnet.analysis.success.affiliates.facts import Flags, Floats, Ints

_TAIL = (1 - LEVEL) / 2
_Z = float(stats.norm.ppf(1 - _TAIL))

FEWEST_SOME = 5
"""Of what most customers have nothing of: fewer who have any are too little data."""

Estimate = dict[str, Any]
"""value and interval, either None where not known."""

NONE: Estimate = {"value": None, "interval": None}


def monthly_churn(events: int, months: float) -> Estimate:
    """Customers lost a customer-month at risk, with Garwood's exact interval (1936): events are Poisson's at a constant
    rate.

    Returns:
        value, interval, churned, months_at_risk.
    """
    counted = {"churned": events, "months_at_risk": months}
    if months <= 0:
        return {**NONE, **counted}
    low, high = poisson(events)
    return {"value": events / months, "interval": [low / months, high / months], **counted}


def of_means(above: Floats, below: Floats | None = None) -> Estimate:
    """Σ above / Σ below over customers (below None: their mean), with `jackknife`'s interval.

    What no customer has below 0 is not below 0. Where fewer than FEWEST_SOME have any there is no interval.
    """
    ones = np.ones(len(above)) if below is None else below
    found = jackknife(lambda x, y: x / y, above, ones)
    if np.count_nonzero(above) < FEWEST_SOME:
        found["interval"] = None
    if found["interval"] is not None and above.min() >= 0:
        found["interval"][0] = max(found["interval"][0], 0.0)
    return found


def jackknife(f: Callable[..., Any], *columns: Floats) -> Estimate:
    """A function of sums over customers, with an interval by the delete-one jackknife.

    Of its pseudo-values (B. Efron and C. Stein 1981) the skewness is removed by a transformation (P. Hall 1992): what
    customers spend, and more so what those below them spend, has a long tail. Student's t; no interval from fewer than
    FEWEST customers.

    Args:
        f: of as many sums as columns; takes arrays, too.
        columns: each of shape (n,).
    """
    n = len(columns[0])
    sums = [float(column.sum()) for column in columns]
    with np.errstate(all="ignore"):
        value = float(f(*(np.float64(one) for one in sums))) if n else math.nan
        without = np.asarray(f(*(total - column for total, column in zip(sums, columns, strict=True))))
    if not math.isfinite(value):
        return dict(NONE)
    if n < FEWEST or not np.isfinite(without).all():
        return {"value": value, "interval": None}
    pseudo = (n - 1) * (without.mean() - without)
    spread = math.sqrt(float(pseudo @ pseudo) / (n - 1))
    if spread <= 1e-12 * abs(value):
        return {"value": value, "interval": [value, value]}
    skewness = float((pseudo**3).mean()) / spread**3
    reach = float(stats.t.ppf(1 - _TAIL, n - 1)) / math.sqrt(n)
    ends = [value - spread * _unskewed(side * reach, skewness, n) for side in (1, -1)]
    return {"value": value, "interval": ends}


def _unskewed(at: float, skewness: float, n: int) -> float:
    """The inverse of Hall's transformation t + a t² + a² t³ / 3 + skewness / 6n, where a = skewness / 3."""
    a = skewness / 3
    moved = at - skewness / (6 * n)
    return moved if abs(a) < 1e-6 else (float(np.cbrt(1 + 3 * a * moved)) - 1) / a


def per_click(amounts: Floats, rest: float, clicks: float) -> Estimate:
    """An amount for each click: customers come at random, each with their amount (compound Poisson), so that the total
    has the variance Σ amount².

    Args:
        amounts: of each customer. rest: of none of them. clicks: how many.
    """
    if clicks <= 0:
        return dict(NONE)
    total = float(amounts.sum()) + rest
    reach = _Z * math.sqrt(float(amounts @ amounts))
    some = len(amounts) >= FEWEST
    return {
        "value": total / clicks,
        "interval": [max(total - reach, 0.0) / clicks, (total + reach) / clicks] if some else None,
    }


def weighted_rate(events: Floats, months: Floats, weight: Floats) -> Estimate:
    """Σ weight · events / months over strata, the weights summing to 1: a standardised rate with the interval of
    M. P. Fay and E. J. Feuer (1997), which is Garwood's for one stratum. `variance` beside it.
    """
    each = weight / months
    rate, variance = float(each @ events), float((each**2) @ events)
    most = float(each.max())
    low = variance / (2 * rate) * float(stats.chi2.ppf(_TAIL, 2 * rate**2 / variance)) if rate > 0 else 0.0
    up, spread = rate + most, variance + most**2
    high = spread / (2 * up) * float(stats.chi2.ppf(1 - _TAIL, 2 * up**2 / spread))
    return {"value": rate, "interval": [low, high], "variance": variance}


def rate_ratio(events: int, months: float, other: Estimate) -> dict[str, Any]:
    """A rate over a standardised one that is independent of it: log-normal interval and two-sided p-value.

    With no events the upper end is Garwood's over the other's lower one, and p twice the chance of none.
    """
    if months <= 0 or not other.get("value"):
        return {**NONE, "p_value": None}
    rate, relative = other["value"], other["variance"] / other["value"] ** 2
    if not events:
        high = poisson(0)[1] / months / other["interval"][0] if other["interval"][0] > 0 else None
        expected = rate * months
        return {
            "value": 0.0,
            "interval": None if high is None else [0.0, high],
            "p_value": min(1.0, 2 * math.exp(-expected)),
        }
    value = events / months / rate
    error = math.sqrt(1 / events + relative)
    return {
        "value": value,
        "interval": [value * math.exp(-_Z * error), value * math.exp(_Z * error)],
        "p_value": float(2 * stats.norm.sf(abs(math.log(value)) / error)),
    }


@dataclass(frozen=True)
class Strata:
    """The organic by month of joining, each array of shape (months,): what others are matched with.

    Attributes:
        first: the first month, since 1970.
        heads, events, at_risk: customers, those who left, customer-months.
        mean, variance: by measure, of customers; the variance is of a mean's customers pooled where there is one.
        known: by measure, of how many it is known.
        least: by measure, 0 where nobody has less, else −inf: no interval reaches below.
    """

    first: int
    heads: Floats
    events: Floats
    at_risk: Floats
    mean: dict[str, Floats]
    variance: dict[str, Floats]
    known: dict[str, Floats]
    least: dict[str, float]

    @classmethod
    def of(
        cls, month: Ints, churned: Flags, months: Floats, who: Flags, measures: dict[str, Floats]
    ) -> Strata:
        """Those of `who` whose month of joining is known."""
        there = who & (month >= 0)
        first = int(month[there].min()) if there.any() else 0
        place = month[there] - first
        size = int(place.max()) + 1 if place.size else 0

        def total(values: Floats | None = None) -> Floats:
            return np.bincount(place, weights=values, minlength=size).astype(np.float64)

        mean, variance, known, least = {}, {}, {}, {}
        for name, values in measures.items():
            y = values[there]
            counts = np.isfinite(y)
            z = np.where(counts, y, 0.0)
            n = total(counts.astype(np.float64))
            middle = total(z) / np.maximum(n, 1)
            left = np.where(counts, z - middle[place], 0.0) ** 2
            pooled = float(left.sum()) / max(float(n.sum() - (n > 0).sum()), 1.0)
            mean[name], known[name] = middle, n
            least[name] = 0.0 if z.size and z.min() >= 0 else -np.inf
            variance[name] = np.where(n >= 2, total(left) / np.maximum(n - 1, 1), pooled)
        return cls(
            first,
            total(),
            total(churned[there].astype(np.float64)),
            total(months[there]),
            mean,
            variance,
            known,
            least,
        )

    def matched(self, month: Ints, months: Floats) -> dict[str, Any]:
        """The organic as if they had joined in these months.

        Args:
            month: of joining of each customer to be matched. months: at risk of each.

        Returns:
            customers, who joined in these months; matched, the share of the customers given who have an organic one
            beside them; monthly_churn, weighted by their months at risk; each measure weighted by their number.
        """
        size = len(self.heads)
        place = month - self.first
        inside = (month >= 0) & (place >= 0) & (place < size)
        heads = np.bincount(place[inside], minlength=size).astype(np.float64)
        risk = np.bincount(place[inside], weights=months[inside], minlength=size).astype(np.float64)
        there = (heads > 0) & (self.heads > 0)
        customers = int(self.heads[there].sum())
        found: dict[str, Any] = {
            "customers": customers,
            "matched": float(heads[there].sum()) / len(month) if len(month) else None,
            "monthly_churn": {**NONE, "variance": None},
        }
        lived = there & (risk > 0) & (self.at_risk > 0)
        if lived.any():
            weight = risk[lived] / risk[lived].sum()
            found["monthly_churn"] = weighted_rate(self.events[lived], self.at_risk[lived], weight)
        for name, mean in self.mean.items():
            known = there & (self.known[name] > 0)
            if not known.any():
                found[name] = dict(NONE)
                continue
            weight = heads[known] / heads[known].sum()
            value = float(weight @ mean[known])
            error = math.sqrt(float((weight**2) @ (self.variance[name][known] / self.known[name][known])))
            some = self.known[name][known].sum() >= FEWEST
            found[name] = {
                "value": value,
                "interval": [max(value - _Z * error, self.least[name]), value + _Z * error] if some else None,
            }
        return found
