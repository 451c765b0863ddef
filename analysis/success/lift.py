"""How much likelier, or how much higher, inside a group than over all: lifts with intervals that respect trees.

    lift = mean inside / mean over all;    ratio = mean inside / mean of the rest

The interval of the ratio is on its logarithm (delta method), each customer's part summed within their tree first (K.-Y.
Liang and S. L. Zeger 1986, factor G/(G−1) for G trees), by Student's t with one degree of freedom less than the smaller
side has trees. With everybody a tree of their own it is Katz's interval of a risk ratio (1978), but for that factor and
t. The lift is the ratio seen from all, given how large the group is: ratio / (share · ratio + 1 − share).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.stats import t

from refnet.analysis.segments.cells import Floats, Moments
from refnet.analysis.segments.compare import LEVEL, against_rest


@dataclass(frozen=True)
class Lifts:
    """Cells against all and against the rest, each of shape (cells,); NaN where it cannot be told.

    Attributes:
        customers, others: how many are in each, and in its rest.
        inside, outside: means.
        lift, lift_low, lift_high: against all, with the ends of the 95 % interval.
        ratio, low, high: against the rest, likewise.
        p_value: two-sided, of no difference of the means.
    """

    customers: Floats
    others: Floats
    inside: Floats
    outside: Floats
    lift: Floats
    lift_low: Floats
    lift_high: Floats
    ratio: Floats
    low: Floats
    high: Floats
    p_value: Floats


def lifts(of: Moments) -> Lifts:
    """Each cell's lift, of a measure that is not below 0."""
    difference = against_rest(of)
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        other = of.everyone - of.n
        mean, rest = of.s / of.n, (of.total - of.s) / other  # less the centre
        inside, outside = mean + of.centre, rest + of.centre
        # A tree's part in log(inside / outside): (s − mean·n)/(n_c·inside) − ((t − s) − rest·(m − n))/(n_rest·outside).
        up, down = 1 / (of.n * inside), 1 / (other * outside)
        a, b, c, d = up + down, -mean * up - rest * down, -down, rest * down
        squares = (
            a * a * of.ss + b * b * of.nn + 2 * a * b * of.ns
            + 2 * a * c * of.st + 2 * a * d * of.sm + 2 * b * c * of.nt + 2 * b * d * of.nm
            + c * c * of.tt + 2 * c * d * of.mt + d * d * of.mm
        )  # fmt: skip
        error = np.sqrt(np.maximum(squares, 0.0) * of.tree_count / (of.tree_count - 1))
        freedom = np.minimum(of.trees, of.tree_count - of.whole) - 1
        ratio = np.where(outside > 1e-12, inside / outside, np.nan)
        told = (ratio > 0) & (freedom >= 1) & np.isfinite(error)
        reach = np.where(
            told, t.ppf(0.5 + LEVEL / 2, np.where(freedom >= 1, freedom, np.nan)) * error, np.nan
        )
        low, high = ratio * np.exp(-reach), ratio * np.exp(reach)
        share = of.n / of.everyone
        p_value = 2 * np.minimum(difference.p_lower, difference.p_higher)
    return Lifts(
        of.n, other, inside, outside,
        _of_all(ratio, share), _of_all(low, share), _of_all(high, share),
        ratio, low, high, np.minimum(p_value, 1.0),
    )  # fmt: skip


def _of_all(ratio: Floats, share: Floats) -> Floats:
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        return np.asarray(ratio / (share * ratio + 1 - share))
