"""Ratios of sums, times until something happens, and shares at equal days of the week, each with its interval.

People of one tree are alike, and days of one week are: what varies independently is the tree, or the week. Every
interval is two-sided, 95 %; below FEWEST customers, invitations or trees nothing is estimated.
"""

from __future__ import annotations

import math
import warnings
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import stats

from refnet.analysis.programme.intervals import LEVEL

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

FEWEST = 30
"""Fewer are too little data."""

FEWEST_WEEKS = 4
"""Weeks on each side of a date, below which before and after are not compared."""

ALPHA = 1 - LEVEL


def ratio_of_sums(above: npt.ArrayLike, below: npt.ArrayLike, cluster: npt.ArrayLike) -> dict[str, Any]:
    """Σ above / Σ below over units, with an interval that allows for units of one cluster being alike.

    The standard error is the linearized ratio's (W. G. Cochran, 'Sampling Techniques', 1977, 6.3), each unit's part
    summed within its cluster (K.-Y. Liang and S. L. Zeger 1986, factor G/(G−1) for G clusters); Student's t has G − 1
    degrees of freedom.

    Args:
        above, below: shape (n,).
        cluster: shape (n,), integers from 0.

    Returns:
        value, interval, clusters (those with anything in them); value None where Σ below is not above 0, interval None
        with fewer than FEWEST clusters.
    """
    x, y = np.asarray(above, dtype=np.float64), np.asarray(below, dtype=np.float64)
    total = float(y.sum())
    some = (x != 0) | (y != 0)
    place = np.asarray(cluster)[some]
    clusters = int(np.count_nonzero(np.bincount(place))) if place.size else 0
    if total <= 0:
        return {"value": None, "interval": None, "clusters": clusters}
    value = float(x.sum()) / total
    if clusters < FEWEST:
        return {"value": value, "interval": None, "clusters": clusters}
    part = np.bincount(place, weights=(x[some] - value * y[some]) / total)
    reach = _t(clusters - 1) * math.sqrt(clusters / (clusters - 1) * float(part @ part))
    return {"value": value, "interval": [value - reach, value + reach], "clusters": clusters}


def time_until(days: Floats, seen: Flags, *, horizon: float) -> dict[str, Any]:
    """Median time until something happens that many still wait for: Kaplan and Meier 1958, by scipy.stats.ecdf.

    Args:
        days: shape (n,), time until it happened, or for which it had not.
        seen: shape (n,), whether it happened.
        horizon: days.

    Returns:
        median_days (None: fewer than half ever do, or too little data) and its interval (R. Brookmeyer and J. Crowley
        1982 on the log–log band; an end that is not reached is None); within_horizon, the share to whom it happens
        within the horizon, with its interval; half_days, by when half of those had it; of, customers; count, of whom
        it is seen.
    """
    of, count = len(days), int(seen.sum())
    result: dict[str, Any] = {
        "median_days": None,
        "interval": None,
        "within_horizon": {"value": None, "interval": None},
        "horizon_days": horizon,
        "half_days": None,
        "count": count,
        "of": of,
    }
    if of < FEWEST or count == 0:
        return result
    alive = stats.ecdf(stats.CensoredData(uncensored=days[seen], right=days[~seen])).sf
    with warnings.catch_warnings():
        # At its ends the band is not defined; there it is not used.
        warnings.simplefilter("ignore", RuntimeWarning)
        band = alive.confidence_interval(LEVEL, method="log-log")
    at = np.asarray(alive.quantiles)
    sides: list[Any] = [alive, band.low, band.high]
    survival, low, high = (np.asarray(side.probabilities, dtype=np.float64) for side in sides)

    def reached(curve: Floats, level: float) -> float | None:
        below = np.flatnonzero(curve <= level + 1e-12)
        return float(at[below[0]]) if below.size else None

    median = reached(survival, 0.5)
    result["median_days"] = median
    if median is not None:
        result["interval"] = [reached(low, 0.5), reached(high, 0.5)]
    last = int(np.searchsorted(at, horizon, side="right")) - 1
    # Nobody has been there for so long: what happens by then is not known.
    if last >= 0 and float(days.max()) >= horizon:
        share = float(1 - survival[last])
        ends = [1 - float(high[last]), 1 - float(low[last])]
        result["within_horizon"] = {"value": share, "interval": None if np.isnan(ends).any() else ends}
        result["half_days"] = reached(survival, 1 - share / 2) if share > 0 else None
    return result


def same_weekdays(day: Ints, count: Ints, of: Ints, date: int) -> dict[str, Any]:
    """A share before a day and from it on, compared Monday with Monday, Tuesday with Tuesday …

    The difference is Mantel and Haenszel's (1959) weighted mean over days of the week (Greenland and Robins 1985). Its
    standard error comes from weeks: what each adds, squared and summed, so that a week in which one customer brings
        many
    counts once. Student's t has one degree of freedom less than the side with fewer weeks has weeks.
    Beside it Cochran, Mantel and Haenszel's test, which takes all customers to be independent.

    Args:
        day: shape (d,), days since 1970, of each day that had any.
        count, of: shape (d,), how many of how many on that day.
        date: the first day after the change, in days since 1970.

    Returns:
        value, interval, p_value (two-sided), p_value_independent, weeks [before, after], verdict: significant, not
        significant, or too little data, and then the figures are None.
    """
    after = day >= date
    weekday = (day + 3) % 7  # the first of January 1970 was a Thursday
    week = (day + 3) // 7
    weeks = [int(np.unique(week[side]).size) for side in (~after, after)]
    none = {"value": None, "interval": None, "p_value": None, "p_value_independent": None}
    result: dict[str, Any] = {**none, "weeks": weeks, "verdict": "too little data"}
    heads = [int(of[side].sum()) for side in (~after, after)]
    if min(weeks) < FEWEST_WEEKS or min(heads) < FEWEST:
        return result
    n = np.array([np.bincount(weekday[side], of[side], 7) for side in (~after, after)])
    x = np.array([np.bincount(weekday[side], count[side], 7) for side in (~after, after)])
    both = (n > 0).all(axis=0)
    weight = np.where(both, n[0] * n[1] / np.maximum(n.sum(axis=0), 1), 0.0)
    if weight.sum() <= 0:
        return result
    share = x / np.maximum(n, 1)
    value = float((weight * (share[1] - share[0])).sum() / weight.sum())
    side = after.astype(np.int64)
    sign = np.where(after, 1.0, -1.0)
    part = sign * weight[weekday] / weight.sum() * (count - share[side, weekday] * of)
    part /= np.maximum(n[side, weekday], 1)
    variance = 0.0
    for which, ours in enumerate((~after, after)):
        place = np.unique(week[ours], return_inverse=True)[1]
        by_week = np.bincount(place, weights=part[ours])
        variance += weeks[which] / (weeks[which] - 1) * float(by_week @ by_week)
    error = math.sqrt(variance)
    freedom = min(weeks) - 1
    reach = _t(freedom) * error
    p_value = float(2 * stats.t.sf(abs(value) / error, freedom)) if error > 0 else float(value == 0)
    return {
        "value": value,
        "interval": [value - reach, value + reach],
        "p_value": p_value,
        "p_value_independent": mantel_haenszel(x, n),
        "weeks": weeks,
        "verdict": "significant" if p_value < ALPHA else "not significant",
    }


def mantel_haenszel(count: npt.ArrayLike, of: npt.ArrayLike) -> float | None:
    """Cochran, Mantel and Haenszel's test that two shares are equal in every stratum, without continuity correction.

    Args:
        count, of: shape (2, strata), how many of how many in either group.

    Returns:
        The two-sided p-value (χ², one degree of freedom); None where nothing varies.
    """
    x, n = np.asarray(count, dtype=np.float64), np.asarray(of, dtype=np.float64)
    total, hits = n.sum(axis=0), x.sum(axis=0)
    some = total > 1
    x, n, total, hits = x[:, some], n[:, some], total[some], hits[some]
    expected = n[1] * hits / total
    variance = n[0] * n[1] * hits * (total - hits) / (total**2 * (total - 1))
    if variance.sum() <= 0:
        return None
    return float(stats.chi2.sf((x[1] - expected).sum() ** 2 / variance.sum(), 1))


def _t(freedom: int) -> float:
    return float(stats.t.ppf(0.5 + LEVEL / 2, freedom))
