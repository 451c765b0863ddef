"""Is a difference still there among customers who are alike in something else? Differences pooled within strata."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.stats import t

from refnet.analysis.segments.cells import Codes, Floats, Measured
from refnet.analysis.segments.compare import LEVEL

Flags = npt.NDArray[np.bool_]


class Within(NamedTuple):
    """A difference of a segment from the rest: plain, and pooled within the strata, of the same customers.

    Attributes:
        plain: mean inside less mean outside.
        pooled: the same within strata, weighted by n_in·n_out/n: the coefficient of a regression with an effect for
            each stratum.
        low, high: the 95 % interval of `pooled`, robust to trees; NaN where more than half is left, which nothing
            explains.
    """

    plain: float
    pooled: float
    low: float
    high: float

    @property
    def explained(self) -> bool:
        """Whether the strata explain it: the interval covers none, and at most half of the plain one is left."""
        return self.low <= 0.0 <= self.high

    @property
    def left(self) -> float:
        """What part of the plain difference is left within the strata."""
        return self.pooled / self.plain if self.plain else np.nan


def within(measured: Measured, inside: Flags, strata: Codes, count: int) -> Within | None:
    """A difference within strata; None where no stratum has customers on both sides, or hardly any trees.

    Args:
        measured: CLTV or referral value of the segment and its rest.
        inside: shape (n,), in the order of the trees: who is in the segment.
        strata: likewise, −1 where not known: those take no part.
        count: how many strata.

    O(n).
    """
    taken = strata >= 0 if measured.known is None else (strata >= 0) & measured.known
    if not taken.all():
        rows = np.flatnonzero(taken)
        measured, inside, strata = measured.among(rows), inside[rows], strata[rows]
    y, members = measured.values, np.flatnonzero(inside)
    size, total = _by(strata, None, count), _by(strata, y, count)
    n_in, s_in = _by(strata[members], None, count), _by(strata[members], y[members], count)
    filled = np.maximum(size, 1.0)
    share, mean = n_in / filled, total / filled
    squares = float((n_in * (1.0 - share)).sum())
    heads, rest = float(n_in.sum()), float(size.sum() - n_in.sum())
    if squares < 1e-9 * max(heads, 1.0) or not heads or not rest:
        return None
    plain = float(s_in.sum() / heads - (total.sum() - s_in.sum()) / rest)
    pooled = float((s_in - n_in * mean).sum()) / squares
    if abs(pooled) > abs(plain) / 2:
        return Within(plain, pooled, np.nan, np.nan)
    trees = measured.trees
    sides = min(trees.count(inside), trees.count(~inside))
    if sides < 2:
        return None
    # A customer's part: their distance from the stratum's share, times what is left of their value.
    part = y - mean[strata]
    off = inside - share[strata]
    part -= pooled * off
    part *= off
    by_tree = np.bincount(trees.of, weights=part[trees.alone :], minlength=1)
    groups = trees.alone + trees.others
    error = (
        np.sqrt(groups / (groups - 1) * (part[: trees.alone] @ part[: trees.alone] + by_tree @ by_tree))
        / squares
    )
    reach = float(t.ppf(0.5 + LEVEL / 2, sides - 1) * error)
    return Within(plain, pooled, pooled - reach, pooled + reach)


def _by(strata: Codes, values: Floats | None, count: int) -> Floats:
    return np.bincount(strata, weights=values, minlength=count).astype(np.float64)
