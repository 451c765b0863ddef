"""Conserved credit: every customer's value shared out along the chain of referrers, so that the sum stays
what it was.

The definition (the definitions page, 'Influence'), for several referrers and credits below 1: from customer u
walk back, from a node to its referrer i with probability credit_i, and stop with the rest, 1 − Σ credits. If
the walk makes m ≥ 1 steps along a_1 … a_m, u's value is shared among them as decay^(d−1) / S_m, S_m = 1 +
decay + … + decay^(m−1); with m = 0 it stays with u. A customer's conserved credit is what is expected to come
to them, and their own value's part that stays.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from scipy.sparse import csr_array

from refnet.analysis.influence.dag import Dag
from refnet.analysis.influence.forest import Floats, Ints, Jump, add_up, below, depths

_NOTHING = 1e-18  # of one's value: far below a minor unit
_COLUMNS = 64


def weights_sum(steps: Ints, decay: float) -> Floats:
    """S_m = 1 + decay + … + decay^(m−1) for m in `steps`, same shape."""
    if decay == 1.0:
        return steps.astype(np.float64)
    return np.asarray(np.expm1(steps * np.log(decay)) / (decay - 1.0))


def forest_shares(
    step: Jump, parent: Ints, referee: Ints, value: Ints, *, referrers: Ints, decay: float
) -> Floats:
    """Unrounded shares, shape (n,), where all have at most one referrer and all credits are 1.

    The depth of u is the length of its only walk, so the share of a node is the influence of value / S_depth
    on it.

    Args:
        step: one hop up with decay, among R referrers.
        parent: int64, shape (m,), of each edge, as a number among R.
        referee: int64, shape (m,), of each edge, as a node number.
        value: int64, shape (n,), minor units.
        referrers: int64, shape (R,), their node numbers.
        decay: in (0, 1].

    Complexity: O(n log depth).

    """
    above = depths(step, referrers.size)[0][parent] + 1
    brought = value[referee] / weights_sum(above, decay)
    stays = value.astype(np.float64)
    stays[referee] = 0.0
    stays[referrers] += below(step, add_up(parent, brought, referrers.size), max(referrers.size, 1))
    return stays


def dag_shares(dag: Dag, edges: csr_array, first: Floats, stop: Floats, *, decay: float) -> Floats:
    """What comes to each referrer from below, unrounded, shape (R,) by the dag's `rank`.

    With Q_d(v) = Σ_u value(u)·P(the walk from u is at v after d steps) and L_v(j) = P(the walk from v makes
    exactly j steps more), share(v) = Σ_d Q_d(v) · decay^(d−1) · Σ_j L_v(j) / S_(d+j). Where decay is below 1,
    S no longer changes beyond T = log 1e-18 / log decay steps, and all longer walks are one column.

    Args:
        dag: the edges among referrers.
        edges: shape (R, R), row v, column i: credit of i for bringing v.
        first: float64, shape (R,), Q_1.
        stop: float64, shape (R,), 1 − Σ credits of each.
        decay: in (0, 1].

    Complexity: O(min(depth, T) · edges + min(depth, T)² · R); memory 64 columns of R.

    """
    longest = dag.longest
    cut = longest if decay == 1.0 else min(longest, int(np.ceil(np.log(_NOTHING) / np.log(decay))))
    share = np.zeros(dag.size)
    ahead, left = stop, 1.0 - stop
    column = 0
    while column < cut and float(ahead.max(initial=0.0) + left.max(initial=0.0)) > _NOTHING:
        width = min(_COLUMNS, cut - column)
        block = np.empty((dag.size, width))
        for place in range(width):
            block[:, place] = ahead
            ahead = edges @ ahead
            left = left - ahead
        steps = np.arange(column, column + width)
        _gather(share, dag, first, block, steps, cut=cut, decay=decay)
        column += width
    if cut < longest:
        # `left` had the next column taken off already.
        rest = np.maximum(left + ahead, 0.0)[:, None]
        _gather(share, dag, first, rest, np.array([cut + longest]), cut=cut, decay=decay)
    return share


def _gather(
    share: Floats, dag: Dag, first: Floats, block: Floats, steps: Ints, *, cut: int, decay: float
) -> None:
    """Add Σ_d Q_d · decay^(d−1) · Σ_j block_j / S_(d+steps_j) to `share`."""
    for depth, arrived in enumerate(dag.hops(first), start=1):
        if depth > cut:
            break
        onward = block[: arrived.size] @ (1.0 / weights_sum(steps + depth, decay))
        share[: arrived.size] += arrived * onward * decay ** (depth - 1)


def to_whole(share: Floats, total: int, ties: Callable[[Ints], Ints] | None = None) -> Ints:
    """Shares rounded so that they sum to `total` exactly, shape as `share`: largest remainder (Hamilton's
    method).

    Over the whole network at once: nobody is further than one unit from their share. Remainders that differ
    by less than a millionth are a tie. O(n), and whatever `ties` takes where there is one.

    Args:
        share: unrounded.
        total: what they are to sum to.
        ties: given the nodes of a tie, in rising order, these in the order in which they go first; None: as they are.
            It is asked only where some of a tie go first and others do not.
    """
    whole = np.floor(share + 5e-7)
    rest = np.round(share - whole, 6)
    result = whole.astype(np.int64)
    missing = total - int(result.sum())
    if missing:
        each, more = divmod(abs(missing), share.size)
        sign = 1 if missing > 0 else -1
        result += sign * each
        if more:
            last = np.partition(-sign * rest, more - 1)[more - 1]
            before = -sign * rest < last
            result[before] += sign
            tied, wanted = np.flatnonzero(-sign * rest == last), more - int(before.sum())
            if ties is not None and wanted < tied.size:
                tied = ties(tied)
            result[tied[:wanted]] += sign
    return result
