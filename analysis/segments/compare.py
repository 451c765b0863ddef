"""Means of cells against the rest, with standard errors and tests that respect trees.

Standard errors sum each customer's part in the difference within its tree, then square (K.-Y. Liang and S. L. Zeger
1986, factor G/(G−1) for G trees); Student's t has one degree of freedom less than the smaller side has trees, so that a
segment of few trees is not taken for many customers.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.stats import t

from refnet.analysis.segments.cells import Floats, Moments

LEVEL = 0.95


@dataclass(frozen=True)
class Compared:
    """Cells against the rest, each of shape (cells,); NaN where there is nothing to compare.

    Attributes:
        inside, outside: means.
        difference: inside less outside.
        error: its standard error.
        freedom: degrees of freedom.
    """

    inside: Floats
    outside: Floats
    difference: Floats
    error: Floats
    freedom: Floats

    @property
    def reach(self) -> Floats:
        """Half of the 95 % interval."""
        return np.asarray(t.ppf(0.5 + LEVEL / 2, self.freedom) * self.error)

    @property
    def p_lower(self) -> Floats:
        """One-sided, of a difference that is not below 0."""
        return np.asarray(t.cdf(self.difference / self.error, self.freedom))

    @property
    def p_higher(self) -> Floats:
        """One-sided, of a difference that is not above 0."""
        return np.asarray(t.sf(self.difference / self.error, self.freedom))


def against_rest(of: Moments) -> Compared:
    """Each cell against everybody else who has a cell."""
    with np.errstate(divide="ignore", invalid="ignore"):
        other = of.everyone - of.n
        inside, outside = of.s / of.n, (of.total - of.s) / other
        # A tree's part: (s − inside·n)/n_c − ((t − s) − outside·(m − n))/n_rest = a·s + b·n + c·t + d·m.
        a, b = 1 / of.n + 1 / other, -inside / of.n - outside / other
        c, d = -1 / other, outside / other
        squares = (
            a * a * of.ss + b * b * of.nn + 2 * a * b * of.ns
            + 2 * a * c * of.st + 2 * a * d * of.sm + 2 * b * c * of.nt + 2 * b * d * of.nm
            + c * c * of.tt + 2 * c * d * of.mt + d * d * of.mm
        )  # fmt: skip
        outer = of.tree_count - of.whole
        freedom = np.minimum(of.trees, outer) - 1
        error = np.sqrt(np.maximum(squares, 0.0) * of.tree_count / (of.tree_count - 1))
        # What is left of a difference of equal squares is no error.
        size = np.maximum(np.abs(a) * np.sqrt(of.ss), np.abs(c) * np.sqrt(of.tt))
    nothing = (freedom < 1) | ~(error > 1e-7 * size) | ~np.isfinite(error)
    error, freedom = np.where(nothing, np.nan, error), np.where(nothing, np.nan, freedom)
    return Compared(inside + of.centre, outside + of.centre, inside - outside, error, freedom)


def means(of: Moments) -> Compared:
    """The mean of each cell by itself: `difference` is the mean, `outside` nothing."""
    with np.errstate(divide="ignore", invalid="ignore"):
        mean = of.s / of.n
        squares = of.ss - 2 * mean * of.ns + mean * mean * of.nn
        error = np.sqrt(np.maximum(squares, 0.0) * of.trees / (of.trees - 1)) / of.n
    nothing = (of.trees < 2) | ~(error > 0)
    error = np.where(nothing, np.nan, error)
    freedom = np.where(nothing, np.nan, of.trees - 1)
    return Compared(mean + of.centre, np.full_like(mean, np.nan), mean + of.centre, error, freedom)
