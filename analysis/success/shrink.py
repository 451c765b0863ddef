"""Many small cells at once: each drawn towards what all are like, by as much as its own data are few.

Empirical Bayes (G. Casella 1985; C. N. Morris 1983): how much cells differ is estimated from the cells themselves, by
maximum marginal likelihood, and each cell's figure is its posterior mean with a central 95 % interval. A rate of so
many of so many has a beta prior (beta-binomial), events in so much time a gamma prior (gamma–Poisson), a mean a normal
one, whose interval allows for the middle being estimated, too. With fewer than FEWEST cells nothing is drawn anywhere.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import optimize, stats
from scipy.special import betaln, gammaln

from refnet.analysis.programme.intervals import LEVEL
from refnet.analysis.success.record import Floats

FEWEST = 3
"""With fewer cells it cannot be told how much they differ."""

_TAIL = (1 - LEVEL) / 2
_LEAST, _MOST = -4.0, 14.0  # bounds of logarithms of a prior's strength


@dataclass(frozen=True)
class Shrunk:
    """Cells drawn towards the middle, each of shape (cells,).

    Attributes:
        raw: each cell's own figure; NaN: it has no data.
        value, low, high: posterior mean and its 95 % interval; NaN: there is nothing to draw towards.
        weight: of the cell's own data in its value, 0 to 1.
        middle: what cells are drawn towards; NaN: nothing.
    """

    raw: Floats
    value: Floats
    low: Floats
    high: Floats
    weight: Floats
    middle: float


def shrunk_shares(count: Floats, of: Floats) -> Shrunk:
    """`count` of `of` in each cell; cells of 0 have the prior's figure. Beta-binomial."""
    raw = _ratio(count, of)
    some = of > 0
    if some.sum() < FEWEST or not 0 < count[some].sum() < of[some].sum():
        return _as_they_are(raw, *_wilson(count, of))
    x, n = count[some], of[some]

    def against(at: Floats) -> float:
        a, b = _beta(at)
        return -float((betaln(x + a, n - x + b) - betaln(a, b)).sum())

    middle = float(x.sum() / n.sum())
    a, b = _beta(_best(against, np.log(middle / (1 - middle)), np.log(50.0)))
    post_a, post_b = a + np.nan_to_num(count), b + np.nan_to_num(of - count)
    value = post_a / (post_a + post_b)
    low, high = (np.asarray(stats.beta.ppf(tail, post_a, post_b)) for tail in (_TAIL, 1 - _TAIL))
    return Shrunk(raw, value, low, high, of / (of + a + b), a / (a + b))


def shrunk_rates(events: Floats, time: Floats) -> Shrunk:
    """Events in `time` in each cell. Gamma–Poisson."""
    raw = _ratio(events, time)
    some = time > 0
    if some.sum() < FEWEST or not events[some].sum() > 0:
        return _as_they_are(raw, *_garwood(events, time))
    d, t = events[some], time[some]

    def against(at: Floats) -> float:
        a, b = _gamma(at)
        return -float((gammaln(d + a) - gammaln(a) + a * np.log(b) - (d + a) * np.log(b + t)).sum())

    a, b = _gamma(_best(against, np.log(d.sum() / t.sum()), np.log(5.0)))
    post_a, post_b = a + np.nan_to_num(events), b + np.nan_to_num(time)
    low, high = (np.asarray(stats.gamma.ppf(tail, post_a, scale=1 / post_b)) for tail in (_TAIL, 1 - _TAIL))
    return Shrunk(raw, post_a / post_b, low, high, time / (time + b), a / b)


def shrunk_means(mean: Floats, spread: Floats, heads: Floats) -> Shrunk:
    """Means of cells. Normal: the variance between cells is R. C. Paule and J. Mandel's (1982).

    All cells have the pooled variance within: of amounts, whose tail is long, cells that happen to have a low mean have
    a low variance, too, and weighted by their own they would draw the middle down. Where cells do not differ, the
    middle is the mean over everybody.

    Args:
        mean: of each cell, NaN: nobody is in it.
        spread: standard deviation within each cell; NaN: of one.
        heads: how many are in each cell.
    """
    some = (heads > 0) & ~np.isnan(mean)
    freedom = np.maximum(heads - 1, 0) * some
    if some.sum() < FEWEST or not freedom.sum() > 0:
        return _as_they_are(mean, np.full(len(mean), np.nan), np.full(len(mean), np.nan))
    pooled = float((np.nan_to_num(spread) ** 2 * freedom).sum() / freedom.sum())
    with np.errstate(divide="ignore", invalid="ignore"):
        error = np.where(some, pooled / heads, np.inf)
    error = np.maximum(error, 1e-12)
    y, v = mean[some], error[some]

    def excess(between: float) -> float:
        w = 1 / (v + between)
        return float((w * (y - (w * y).sum() / w.sum()) ** 2).sum()) - (len(y) - 1)

    most = float(np.var(y)) * len(y) + 1e-9
    between = float(optimize.brentq(excess, 0.0, most)) if excess(0.0) > 0 > excess(most) else 0.0
    w = 1 / (v + between)
    middle, sure = float((w * y).sum() / w.sum()), float(1 / w.sum())
    weight = between / (between + error)
    value = np.where(some, weight * np.nan_to_num(mean) + (1 - weight) * middle, middle)
    around = np.sqrt(
        weight * np.where(some, error, 0.0) + np.where(some, 0.0, between) + (1 - weight) ** 2 * sure
    )
    reach = float(stats.norm.ppf(1 - _TAIL)) * around
    return Shrunk(mean, value, value - reach, value + reach, weight, middle)


def _best(against, centre: float, strength: float) -> Floats:  # type: ignore[no-untyped-def]
    """Where the likelihood is highest, by (logit or log of the middle, log of the prior's strength)."""
    found = [
        optimize.minimize(
            against,
            np.array([centre, start]),
            method="L-BFGS-B",
            bounds=[(centre - 6, centre + 6), (_LEAST, _MOST)],
        )
        for start in (strength, strength - 3, strength + 4)
    ]
    return np.asarray(min(found, key=lambda one: float(one.fun)).x)


def _beta(at: Floats) -> tuple[float, float]:
    middle, strength = 1 / (1 + np.exp(-at[0])), np.exp(at[1])
    return float(middle * strength), float((1 - middle) * strength)


def _gamma(at: Floats) -> tuple[float, float]:
    """Shape and rate, from the logarithms of the mean and of the shape."""
    shape = float(np.exp(at[1]))
    return shape, float(shape / np.exp(at[0]))


def _ratio(above: Floats, below: Floats) -> Floats:
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(below > 0, above / below, np.nan)


def _as_they_are(raw: Floats, low: Floats, high: Floats) -> Shrunk:
    return Shrunk(raw, raw, low, high, np.where(np.isnan(raw), np.nan, 1.0), float("nan"))


def _wilson(count: Floats, of: Floats) -> tuple[Floats, Floats]:
    z = float(stats.norm.ppf(1 - _TAIL))
    with np.errstate(divide="ignore", invalid="ignore"):
        p = count / of
        middle = (p + z**2 / (2 * of)) / (1 + z**2 / of)
        reach = z * np.sqrt(p * (1 - p) / of + z**2 / (4 * of**2)) / (1 + z**2 / of)
    return middle - reach, middle + reach


def _garwood(events: Floats, time: Floats) -> tuple[Floats, Floats]:
    with np.errstate(divide="ignore", invalid="ignore"):
        low = np.where(events > 0, stats.chi2.ppf(_TAIL, 2 * np.maximum(events, 0.5)) / 2, 0.0) / time
        high = stats.chi2.ppf(1 - _TAIL, 2 * events + 2) / 2 / time
    return np.where(time > 0, low, np.nan), np.where(time > 0, high, np.nan)
