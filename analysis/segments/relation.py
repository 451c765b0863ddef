"""Do customers who are worth more bring more? Spearman's rank correlation that respects trees.

People of one tree are alike, so they count as less than as many strangers would: the interval and the p-value
come from sums over trees of each customer's influence on the coefficient, not from the number of customers.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.stats import rankdata, t

from refnet.analysis.segments.levels import Levels

Floats = npt.NDArray[np.float64]

FEWEST = 30
"""Below so many customers nothing is said."""


@dataclass(frozen=True)
class Relation:
    """Spearman's rho of two measures over customers.

    Attributes:
        rho: −1 … 1; None where it is not defined or there is too little data, and then all of the next three.
        p_value: two-sided, of no relation.
        low: of the 95 % interval of rho.
        high: of the 95 % interval of rho.
        customers: those of whom both measures are known.
        reading: the finding in one sentence.
        strata: the same within each level of each attribute: attribute, level, customers, rho, p_value.
        explained_by: the attribute within whose levels it is not there, if there is one.

    """

    rho: float | None
    p_value: float | None
    low: float | None
    high: float | None
    customers: int
    reading: str
    strata: list[dict[str, Any]] = field(default_factory=list)
    explained_by: str | None = None


def relation(
    cltv: npt.ArrayLike, referrals: npt.ArrayLike, tree: npt.ArrayLike, attributes: Iterable[Levels] = ()
) -> Relation:
    """Rank correlation of CLTV and number of referrals, with a 95 % interval and p-value robust to trees.

    rho equals `scipy.stats.spearmanr`'s, ties included. Its standard error is a sandwich: the influence
    function of the coefficient, ranks being estimated too (C. Croux and C. Dehon, 'Influence functions of the
    Spearman and Kendall correlation measures', 2010, here with mid-ranks), summed within each tree (K.-Y.
    Liang and S. L. Zeger 1986; factor G/(G−1) for G trees). Interval and p-value are on Fisher's z, with
    Student's t on G − 1 degrees of freedom: the normal distribution for many trees, and careful with few.

    Args:
        cltv: shape (n,), in currency; NaN is not known and left out.
        referrals: shape (n,), heads; NaN is not known and left out.
        tree: shape (n,), integers, the tree of each.
        attributes: within whose levels it is looked at, too. One explains a relation when the mean of rho within its
            finer levels, each as heavy as it has customers, has an interval that covers none and is at most half
            of rho over all.

    Returns:
        All None with fewer than 30 customers, fewer than two trees, or where one measure is the same for all.

    Complexity: O(n log n), and again for each attribute.

    """
    attributes = list(attributes)
    x, y = np.asarray(cltv, dtype=np.float64), np.asarray(referrals, dtype=np.float64)
    known = ~(np.isnan(x) | np.isnan(y))
    x, y = x[known], y[known]
    codes = [of.code[known] for of in attributes]
    fine = [of.fine[known] for of in attributes]
    cluster = np.unique(np.asarray(tree)[known], return_inverse=True)[1]
    customers, trees = int(x.size), int(cluster.max(initial=-1)) + 1
    if customers < FEWEST or trees < 2:
        return _nothing(customers, f"Too little data: {customers:,} customers in {trees:,} trees.")
    if x.min() == x.max() or y.min() == y.max():
        what = "CLTV" if x.min() == x.max() else "number of referrals"
        return _nothing(
            customers, f"No relation can be measured: all {customers:,} customers have the same {what}."
        )
    rho, shift = _spearman(x, y)
    low, high, p_value = _inferred(rho, shift, cluster)
    strata, explained_by, left = [], None, abs(rho) / 2
    for of, code, finer in zip(attributes, codes, fine, strict=True):
        strata += _strata(of, x, y, code, cluster)
        within = _pooled(x, y, finer, of.finest, cluster)
        if (
            not (low <= 0 <= high)
            and within is not None
            and within[1] <= 0 <= within[2]
            and abs(within[0]) <= left
        ):
            explained_by, left = of.name, abs(within[0])
    reading = _reading(rho, low, high, customers)
    if explained_by is not None:
        reading += (
            f" But {explained_by} explains it: among customers alike in that, {left:.2f} of it is left."
        )
    return Relation(rho, p_value, low, high, customers, reading, strata, explained_by)


def _inferred(rho: float, shift: Floats, cluster: npt.NDArray[np.int64]) -> tuple[float, float, float]:
    """The 95 % interval of rho, and its p-value."""
    by_tree = np.bincount(cluster, weights=shift)
    trees = int((np.bincount(cluster) > 0).sum())
    error = float(np.sqrt(trees / (trees - 1) * (by_tree @ by_tree))) / shift.size
    if abs(rho) > 1 - 1e-12 or error == 0.0:
        return rho, rho, 0.0
    centre, spread = np.arctanh(rho), error / (1 - rho**2)
    reach = float(t.ppf(0.975, trees - 1)) * spread
    p_value = float(2 * t.sf(abs(centre) / spread, trees - 1))
    return float(np.tanh(centre - reach)), float(np.tanh(centre + reach)), p_value


def _strata(
    of: Levels, x: Floats, y: Floats, code: npt.NDArray[Any], cluster: npt.NDArray[np.int64]
) -> list[dict[str, Any]]:
    """Rho within each level, where there are customers enough and both measures vary."""
    found = []
    for number, level in enumerate(of.levels):
        here = np.flatnonzero(code == number)
        told = {
            "attribute": of.name,
            "level": str(level),
            "customers": here.size,
            "rho": None,
            "p_value": None,
        }
        if _enough(x[here], y[here]) and np.unique(cluster[here]).size > 1:
            rho, shift = _spearman(x[here], y[here])
            told |= {"rho": rho, "p_value": _inferred(rho, shift, cluster[here])[2]}
        found.append(told)
    return found


def _pooled(
    x: Floats, y: Floats, code: npt.NDArray[Any], levels: int, cluster: npt.NDArray[np.int64]
) -> tuple[float, float, float] | None:
    """(mean of rho within levels, low, high); a tree's part is summed over all levels."""
    order = np.argsort(code, kind="stable")
    bounds = np.searchsorted(code[order], np.arange(levels + 1))
    shift, taken, total = np.zeros(x.size), np.zeros(x.size, dtype=np.bool_), 0.0
    for begin, end in pairwise(bounds):
        here = order[begin:end]
        if _enough(x[here], y[here]):
            rho, moved = _spearman(x[here], y[here])
            total += rho * here.size
            shift[here], taken[here] = moved, True
    if not taken.any() or np.unique(cluster[taken]).size < 2:
        return None
    mean = total / int(taken.sum())
    return (mean, *_inferred(mean, shift[taken], cluster[taken])[:2])


def _enough(x: Floats, y: Floats) -> bool:
    return bool(x.size >= FEWEST and x.min() < x.max() and y.min() < y.max())


def _spearman(x: Floats, y: Floats) -> tuple[float, Floats]:
    """rho, and how much each customer moves it (mean 0, shape (n,))."""
    u, v = _scores(x), _scores(y)
    both, own_u, own_v = float(np.mean(u * v)), float(np.mean(u * u)), float(np.mean(v * v))
    scale = np.sqrt(own_u * own_v)
    rho = float(np.clip(both / scale, -1.0, 1.0))
    of_both = u * v + _above(x, v) + _above(y, u) - 3 * both
    of_u = u * u + 2 * _above(x, u) - 3 * own_u
    of_v = v * v + 2 * _above(y, v) - 3 * own_v
    return rho, np.asarray(of_both / scale - rho / 2 * (of_u / own_u + of_v / own_v))


def _scores(values: Floats) -> Floats:
    """Mid-ranks over n, centred."""
    return np.asarray((rankdata(values) - 0.5) / values.size - 0.5)


def _above(values: Floats, score: Floats) -> Floats:
    """For each, the mean over all of `score` × (1 for those with a higher value, ½ for an equal one)."""
    level, place = np.unique(values, return_inverse=True)
    total = np.bincount(place, weights=score, minlength=level.size)
    higher = total.sum() - np.cumsum(total)
    return np.asarray((higher + total / 2)[place] / values.size)


def _nothing(customers: int, reading: str) -> Relation:
    return Relation(None, None, None, None, customers, reading)


def _reading(rho: float, low: float, high: float, customers: int) -> str:
    measured = f"rank correlation {rho:.2f}, 95 % interval {low:.2f} to {high:.2f}, {customers:,} customers"
    if low > 0:
        return f"Customers with a higher CLTV bring more others ({measured})."
    if high < 0:
        return f"Customers with a lower CLTV bring more others ({measured})."
    return f"No relation between CLTV and the number of referrals was found ({measured})."
