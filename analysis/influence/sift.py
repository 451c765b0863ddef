"""Claims as they come: which are a credited network, and why the others are not.

The credit step of a graph (`refnet.analysis.credit`) does this with its policies; here is its rule for tables that
no graph has seen: first come, first credited, in the order of time, and of rows where there is none.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt

from refnet.analysis.credit.cycles import ManyParents, inside_component
from refnet.analysis.credit.policy import Reason
from refnet.analysis.influence.arrays import SLACK
from refnet.analysis.influence.network import worth_compiling

REASONS = (
    "",
    Reason.UNKNOWN_REFERRER.value,
    Reason.UNKNOWN_REFEREE.value,
    Reason.SELF_REFERRAL.value,
    "wrong_credit",
    Reason.SECOND_CLAIM.value,
    Reason.WOULD_CLOSE_CYCLE.value,
)
"""What becomes of a claim, by number: credited, or why not."""


def sift(
    order: npt.NDArray[np.int64],
    referrer: npt.NDArray[np.int32],
    referee: npt.NDArray[np.int32],
    credit: npt.NDArray[np.float64] | None,
    nodes: int,
    *,
    compiled: bool | None = None,
) -> npt.NDArray[np.int8]:
    """What becomes of each claim, shape (m,), as places in `REASONS`; 0 is credited.

    Args:
        order: the rows of claims in the order in which they are looked at.
        referrer, referee: row numbers of customers; −1: nobody's.
        credit: in (0, 1]; None: 1 each, so that a customer has one referrer.
        nodes: how many customers there are.
        compiled: by numba or by plain Python; None: as is quicker.

    Returns:
        The first reason that holds. A claim is a second one where the referee's credits would sum to more than 1
        with it. One that closes a cycle with those credited before it has used up nothing: a column of ones is no
        other than none.

    Complexity: O(m) for credits of 1; else besides, of referees with a claim inside a strongly connected component
    of all claims, each claim in Python and a search for each of those inside.

    """
    take = _taking() if worth_compiling(order.size, nodes, compiled) else _take
    if credit is not None and bool((credit == 1).all()):
        credit = None
    given = np.empty(0) if credit is None else credit
    reason: npt.NDArray[np.int8] = take(order, referrer, referee, given, nodes, 1 + SLACK)
    if credit is not None:
        _cut(order, referrer, referee, credit, nodes, reason)
    return reason


def _cut(
    order: npt.NDArray[np.int64],
    referrer: npt.NDArray[np.int32],
    referee: npt.NDArray[np.int32],
    credit: npt.NDArray[np.float64],
    nodes: int,
    reason: npt.NDArray[np.int8],
) -> None:
    """Decide anew whom a cycle may concern: `reason` has all but cycles, and is changed where there is one."""
    well = order[(reason[order] == 0) | (reason[order] == 5)]
    tail, head = referrer[well].astype(np.int64), referee[well].astype(np.int64)
    inside = inside_component(tail, head, nodes)
    if not inside.any():
        return
    concerned = np.zeros(nodes, dtype=np.bool_)
    concerned[head[inside]] = True
    anew = concerned[head]
    number = {node: n for n, node in enumerate(np.unique(tail[inside]).tolist())}
    keeper = ManyParents(range(len(number)))
    total = dict.fromkeys(np.flatnonzero(concerned).tolist(), 0.0)
    parts = (each[anew].tolist() for each in (well, tail, head, credit[well], inside))
    for claim, above, below, part, looping in zip(*parts, strict=True):
        if total[below] + part > 1 + SLACK:
            reason[claim] = 5
        elif looping and not keeper.add(number[above], number[below]):
            reason[claim] = 6
        else:
            reason[claim] = 0
            total[below] += part


def left_out(
    order: npt.NDArray[np.int64],
    referrer: npt.NDArray[np.int32],
    referee: npt.NDArray[np.int32],
    credit: npt.NDArray[np.float64] | None,
    nodes: int,
) -> tuple[npt.NDArray[np.bool_] | slice, dict[str, int]]:
    """Which claims are credited, and how many are not, by reason; arguments as `sift`."""
    reason = sift(order, referrer, referee, credit, nodes)
    count = np.bincount(reason, minlength=len(REASONS))
    dropped = {why: int(n) for why, n in zip(REASONS[1:], count[1:], strict=True) if n}
    return (reason == 0 if dropped else slice(None)), dropped


def _take(order: Any, tail: Any, head: Any, credit: Any, nodes: int, most: float) -> Any:
    """Reasons as places in `REASONS`; with part credits all but cycles. Plain loops, for numba and without it."""
    reason = np.zeros(tail.size, np.int8)
    if credit.size:
        total, up = np.zeros(nodes), np.zeros(0, np.int32)
    else:
        total, up = np.zeros(0), np.full(nodes, -1, np.int32)
    for claim in order:
        above, below = tail[claim], head[claim]
        if above < 0:
            reason[claim] = 1
        elif below < 0:
            reason[claim] = 2
        elif above == below:
            reason[claim] = 3
        elif credit.size:
            if not (0.0 < credit[claim] <= 1.0):
                reason[claim] = 4
            elif total[below] + credit[claim] > most:
                reason[claim] = 5
            else:
                total[below] += credit[claim]
        elif up[below] >= 0:
            reason[claim] = 5
        else:
            # Whoever has no referrer is the root of a tree: a referrer from that very tree closes a cycle. Union-find
            # with path halving (Tarjan and van Leeuwen 1984).
            root = above
            while up[root] >= 0:
                if up[up[root]] >= 0:
                    up[root] = up[up[root]]
                root = up[root]
            if root == below:
                reason[claim] = 6
            else:
                up[below] = root
    return reason


@cache
def _taking() -> Any:
    from refnet.analysis.influence.loops import compiled

    return compiled(_take)
