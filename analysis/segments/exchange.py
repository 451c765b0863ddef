"""The null by resampling: a segment's labels move from customers to customers, those of a tree together.

People of one tree are alike, so labels may not move one by one. Customers are laid out tree after tree, trees in a
random order, and all labels move along by a random number of places: whoever stood together still does. (Trees are not
exchanged with trees of their own size: how large a tree is, is what referring makes of it.) What the segment then sums
to is drawn some hundred times; mean, spread and skewness of the draws give the tail (Pearson's type III), where
Student's t is wrong: spending and referrals are skewed, and segments are small.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from scipy.stats import pearson3

from refnet.analysis.segments.cells import Floats, Measured, Trees

ORDERS, MOVES = 8, 64
"""So many orders of the trees, and moves along each."""

MOST = 20_000
"""With more customers in a segment a mean is near enough to normal, and draws are dear."""

_SEED = 20_112_022

Places = npt.NDArray[np.intp]


def exchanged(measures: Sequence[Measured], segments: Sequence[Places]) -> list[list[tuple[float, float]]]:
    """(p of so low a sum, p of so high a one) for each segment and measure, one-sided.

    Args:
        measures: of the same customers, those of the segments and of their rests.
        segments: places in the order of the trees, ascending: who is in each.

    The draws are the same whenever the customers are. Where nothing varies p is 1. O(orders · n log n + draws ·
    customers in the segments).
    """
    rng = np.random.default_rng(_SEED)
    trees = measures[0].trees
    worth = [_centred(measured) for measured in measures]
    drawn = np.zeros((len(segments), len(worth), ORDERS * MOVES))
    for order in range(ORDERS):
        place = _laid_out(trees, rng)
        moves = rng.integers(0, place.size, MOVES)
        for row, values in enumerate(worth):
            laid = np.empty_like(values)
            laid[place] = values
            for number, members in enumerate(segments):
                at = place[members]
                for turn, move in enumerate(moves, start=order * MOVES):
                    drawn[number, row, turn] = laid.take(at + move, mode="wrap").sum()
    return [
        [_tails(float(values[members].sum()), draws) for values, draws in zip(worth, each, strict=True)]
        for members, each in zip(segments, drawn, strict=True)
    ]


def _laid_out(trees: Trees, rng: np.random.Generator) -> npt.NDArray[np.int64]:
    """The place of each customer, trees one after another in a random order."""
    by_tree = rng.random(trees.alone + trees.others, dtype=np.float32)
    order = np.argsort(
        np.concatenate([by_tree[: trees.alone], by_tree[trees.alone :][trees.of]]), kind="stable"
    )
    place = np.empty(order.size, dtype=np.int64)
    place[order] = np.arange(order.size)
    return place


def _centred(measured: Measured) -> Floats:
    """Values less their mean; nothing for those of whom they are not known."""
    if measured.known is None:
        return np.asarray(measured.values - measured.values.mean())
    return np.where(measured.known, measured.values - measured.values[measured.known].mean(), 0.0)


def _tails(total: float, draws: Floats) -> tuple[float, float]:
    spread = float(draws.std(ddof=1))
    if not spread > 1e-9 * (abs(total) + np.abs(draws).max()):
        return 1.0, 1.0
    off = draws - draws.mean()
    skew = float((off**3).mean() / (off**2).mean() ** 1.5)
    at = (total - draws.mean()) / spread
    return float(pearson3.cdf(at, skew)), float(pearson3.sf(at, skew))
