"""Figures with their uncertainty: shares, differences of shares, ratios of shares.

Every interval is two-sided, 95 %. What there is too little data for is None, never a guess.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from scipy import stats

LEVEL = 0.95
_Z = float(stats.norm.ppf(0.5 + LEVEL / 2))


def share(count: int, of: int) -> dict[str, Any]:
    """`count` of `of`: value and Wilson's score interval (Wilson 1927); both None where `of` is 0."""
    if of == 0:
        return {"value": None, "interval": None, "count": count, "of": of}
    interval = stats.binomtest(count, of).proportion_ci(LEVEL, method="wilson")
    return {
        "value": count / of,
        "interval": [float(interval.low), float(interval.high)],
        "count": count,
        "of": of,
    }


def difference(first: tuple[int, int], second: tuple[int, int]) -> dict[str, Any]:
    """Second share less first, each (count, of): Newcombe's interval (1998, method 10) and Fisher's exact p-value."""
    if first[1] == 0 or second[1] == 0:
        return {"value": None, "interval": None, "p_value": None}
    a, b = share(*first), share(*second)
    delta = b["value"] - a["value"]
    low = delta - math.hypot(b["value"] - b["interval"][0], a["interval"][1] - a["value"])
    high = delta + math.hypot(b["interval"][1] - b["value"], a["value"] - a["interval"][0])
    table = np.array([[first[0], first[1] - first[0]], [second[0], second[1] - second[0]]])
    p_value = stats.fisher_exact(table).pvalue
    return {"value": delta, "interval": [low, high], "p_value": float(p_value)}


def ratio(one: tuple[int, int], other: tuple[int, int]) -> dict[str, Any]:
    """Share of one group over share of another, each (count, of), with a log-normal interval (Katz et al. 1978).

    Where a cell of the two-by-two table is empty, ½ is added to each (Haldane–Anscombe).
    """
    if one[1] == 0 or other[1] == 0 or one[0] + other[0] == 0:
        return {"value": None, "interval": None}
    a, n, b, m = float(one[0]), float(one[1]), float(other[0]), float(other[1])
    if 0 in (a, n - a, b, m - b):
        a, n, b, m = a + 0.5, n + 1, b + 0.5, m + 1
    value = (a / n) / (b / m)
    spread = _Z * math.sqrt(1 / a - 1 / n + 1 / b - 1 / m)
    return {"value": value, "interval": [value * math.exp(-spread), value * math.exp(spread)]}


def poisson(count: int) -> list[float]:
    """The exact interval of the number that a count is of (F. Garwood 1936)."""
    low = stats.chi2.ppf((1 - LEVEL) / 2, 2 * count) / 2 if count else 0.0
    return [float(low), float(stats.chi2.ppf(0.5 + LEVEL / 2, 2 * count + 2) / 2)]
