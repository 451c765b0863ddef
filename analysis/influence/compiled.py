"""`Arrays` with compiled loops where they are quicker: the order in memory is that of `loops`."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Executor, ThreadPoolExecutor

import numpy as np

from refnet.analysis.influence import loops, ranking
from refnet.analysis.influence.arrays import SLACK, Arrays
from refnet.analysis.influence.forest import Floats, Ints, Numbers

_EXACT = 2.0**53  # whole numbers up to here are floats

_MANY_HOPS = 64
"""From here on a limit is cheaper by doubling, on a forest: hop by hop costs every edge that is still alive."""


_WORTH_TWO = 2_000_000
"""Answers of several (hops, decay) from which on two threads share the sums, by whether hops are limited, and the
writing, by halves of nodes."""


class NotWell(Exception):
    """There is an edge that is none; `Network` says which."""


class Compiled(Arrays):
    """Numbers of referrers are ranks: parents before children.

    Raises:
        NotWell: an edge from a node to itself, a credit outside (0, 1], credits of one node that sum to more than 1.
    """

    def __init__(self, tail: Ints, head: Ints, credit: Floats | None, nodes: int) -> None:
        self.nodes = nodes
        tails, heads = _narrow(tail), _narrow(head)
        weights = np.empty(0)
        if credit is None:
            well, tails, heads = loops.sorted_singly(tails, heads, nodes)
            self.is_forest = True
        else:
            well, self.is_forest, tails, heads, weights = loops.sorted_credited(
                tails, heads, np.ascontiguousarray(credit), nodes, 1 + SLACK
            )
        if not well:
            raise NotWell
        self.referrer, self.referee = tails, heads
        self.credit = None if credit is None else weights
        if credit is None:
            ordered, self._rising, self._rank, self.parent, child, parent = ranking.singly(
                tails, heads, nodes
            )
            inner = weights
        else:
            ordered, self._rising, self._rank, self.parent, child, parent, inner = loops.ranked(
                tails, heads, weights, nodes
            )
        if not ordered:
            self.height = np.empty(0, dtype=np.int32)
            return
        self.inner_child, self.inner_parent = child, parent
        self.inner_credit = None if credit is None else inner
        self.referrers = np.empty_like(self._rising)
        self.referrers[self._rank] = self._rising
        self.height = loops.heights(child, parent, self._rank.size)

    @property
    def size(self) -> int:
        """R, how many brought somebody."""
        return int(self._rising.size)

    def brought(
        self, worth: Numbers, asked: Sequence[tuple[int | None, float]], out: Floats | None = None
    ) -> list[Numbers]:
        """As `Arrays.brought`, all of `asked` in one go; without `out` the answers are rows of one block."""
        given = out is not None
        held = np.empty((len(asked), self.nodes)) if out is None else out
        if len(asked) < 2 or held.size < _WORTH_TWO:
            return self._told(self._summed(worth, asked, given=given), held, given=given)
        with ThreadPoolExecutor(1) as beside:
            sums = self._summed(worth, asked, given=given, beside=beside)
            return self._told(sums, held, given=given, beside=beside)

    def _summed(
        self,
        worth: Numbers,
        asked: Sequence[tuple[int | None, float]],
        *,
        given: bool,
        beside: Executor | None = None,
    ) -> list[tuple[list[int], Numbers]]:
        """Which of `asked`, and their sums by rank, shape (R, p); those without a limit `beside` the others."""
        whole = self.credit is None
        if self.credit is None:
            first = loops.firsts(self.referee, self.parent, worth, self.size)
        else:
            first = loops.firsts_credited(self.referee, self.parent, self.credit, worth, self.size)
        found: list[tuple[list[int], Numbers]] = []
        longest = int(self.height.max(initial=0))
        # Sums without decay of whole weights stay exact; the others are floats. Where floats are asked for and hold
        # such sums exactly, all are floats.
        together = given and float(np.abs(first).sum()) < _EXACT
        for exact in (True, False):
            these = [j for j, (_, d) in enumerate(asked) if (whole and d == 1 and not together) == exact]
            kind = first.dtype if exact else np.dtype(np.float64)
            limited = [(j, asked[j][0] or 0) for j in these if (asked[j][0] or longest) < longest]
            doubled = [j for j, hops in limited if hops > _MANY_HOPS and self.is_forest]
            limited = [(j, hops) for j, hops in limited if j not in doubled]
            swept = [j for j in these if j not in doubled and j not in dict(limited)]
            own = first.astype(kind, copy=False)
            found += [([j], self._below(own, *asked[j])[:, None]) for j in doubled]
            limits = [j for j, _ in limited]
            if limits and swept and beside is not None:
                waiting = beside.submit(self._columns, own, [asked[j] for j in swept], [])
                found.append((limits, self._columns(own, [asked[j] for j in limits], limited)))
                found.append((swept, waiting.result()))
            elif columns := limits + swept:
                found.append((columns, self._columns(own, [asked[j] for j in columns], limited)))
        return found

    def _told(
        self,
        sums: Sequence[tuple[list[int], Numbers]],
        held: Floats,
        *,
        given: bool,
        beside: Executor | None = None,
    ) -> list[Numbers]:
        """Sums as numbers of all nodes: each in its row of `held`, of its own kind unless that was given."""
        found: dict[int, Numbers] = {}
        for columns, total in sums:
            rows = held if given else held.view(total.dtype)
            self._spread(total, columns, rows, beside)
            found |= {row: rows[row] for row in columns}
        return [found[row] for row in range(len(found))]

    def longest_chain(self) -> Ints:
        """As `Arrays.longest_chain`."""
        return self._alone(self.height.astype(np.int64)[:, None])

    def components(self) -> Ints:
        """As `Arrays.components`."""
        return loops.components(self.referrer, self.referee, self.nodes).astype(np.int64)

    def people_below(self) -> Ints:
        """As `Arrays.people_below`; one sweep on a forest."""
        if self.is_forest:
            ones = np.ones(self.nodes, dtype=np.int64)
            first = loops.firsts(self.referee, self.parent, ones, self.size)
            return self._alone(self._columns(first, [(None, 1.0)], [], whole=True))
        return super().people_below()

    def _forest_shares(self, worth: Ints, decay: float) -> Floats:
        stays, total = loops.conserved(
            self.referee, self.parent, self.inner_child, self.inner_parent, self.size, worth, decay
        )
        stays[self.referrers] += total
        return stays

    def _columns(
        self,
        first: Numbers,
        asked: Sequence[tuple[int | None, float]],
        limited: Sequence[tuple[int, int]],
        *,
        whole: bool = False,
    ) -> Numbers:
        """Sums of the R referrers, shape (R, p): those `limited` first, the others all the way down."""
        kind = first.dtype
        total = np.repeat(first[:, None], len(asked), axis=1)
        credit = np.empty(0, dtype=kind) if whole or self.inner_credit is None else self.inner_credit
        if limited:
            weight = np.zeros((max(hops for _, hops in limited), len(limited)), dtype=kind)
            for column, (_, hops) in enumerate(limited):
                weight[:hops, column] = asked[column][1] ** np.arange(hops)
            loops.limited(self.inner_child, self.inner_parent, credit, self.height, first, weight, total)
        if len(limited) < len(asked):
            decay = np.array([decay for _, decay in asked], dtype=kind)
            loops.unlimited(self.inner_child, self.inner_parent, credit, decay, len(limited), total)
        return total

    def _alone(self, total: Numbers) -> Ints:
        """Sums by rank, shape (R, 1), as numbers of all nodes."""
        held: Ints = np.empty((1, self.nodes), dtype=total.dtype)
        self._spread(total, [0], held, None)
        return held.reshape(-1)

    def _spread(self, total: Numbers, rows: Sequence[int], held: Numbers, beside: Executor | None) -> None:
        """Sums by rank, shape (R, p), as numbers of all nodes in these rows of `held`."""

        def spread(first: int, last: int) -> None:
            number = int(np.searchsorted(self._rising, np.int32(first)))  # any other kind: a copy
            loops.spread(self._rising, self._rank, total, np.array(rows), held, number, first, last)

        middle = self.nodes if beside is None else self.nodes // 2
        other = None if beside is None else beside.submit(spread, middle, self.nodes)
        spread(0, middle)
        if other is not None:
            other.result()


def _narrow(nodes: Ints) -> loops.Some:
    return np.ascontiguousarray(nodes, dtype=np.int32)
