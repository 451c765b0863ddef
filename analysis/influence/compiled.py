"""`Arrays` with compiled loops where they are quicker: the order in memory is that of `loops`."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from refnet.analysis.influence import loops, ranking
from refnet.analysis.influence.arrays import SLACK, Arrays
from refnet.analysis.influence.forest import Floats, Ints, Numbers

_EXACT = 2.0**53  # whole numbers up to here are floats

_MANY_HOPS = 64
"""From here on a limit is cheaper by doubling, on a forest: hop by hop costs every edge that is still alive."""


_WORTH_TWO = 2_000_000
"""Answers of several (hops, decay) from which on two threads share the sums, and the writing by halves of nodes."""


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
        """As `Arrays.brought`, all of `asked` in one go."""
        whole = self.credit is None
        if self.credit is None:
            first = loops.firsts(self.referee, self.parent, worth, self.size)
        else:
            first = loops.firsts_credited(self.referee, self.parent, self.credit, worth, self.size)
        found: dict[int, Numbers] = {}
        longest = int(self.height.max(initial=0))
        # Sums without decay of whole weights stay exact; the others are floats. Where floats are asked for and hold
        # such sums exactly, all go in one sweep.
        together = out is not None and float(np.abs(first).sum()) < _EXACT
        for exact in (True, False):
            these = [j for j, (_, d) in enumerate(asked) if (whole and d == 1 and not together) == exact]
            kind = first.dtype if exact else np.dtype(np.float64)
            limited = [(j, asked[j][0] or 0) for j in these if (asked[j][0] or longest) < longest]
            doubled = [j for j, hops in limited if hops > _MANY_HOPS and self.is_forest]
            limited = [(j, hops) for j, hops in limited if j not in doubled]
            swept = [j for j in these if j not in doubled and j not in dict(limited)]
            for j in doubled:
                total = self._below(first.astype(kind), *asked[j])
                found |= self._spread(total[:, None], [j], out)
            own = first.astype(kind, copy=False)
            for columns, total in self._summed(own, asked, limited, swept):
                found |= self._spread(total, columns, out)
        return [found[j] for j in range(len(asked))]

    def longest_chain(self) -> Ints:
        """As `Arrays.longest_chain`."""
        result: Ints = self._spread(self.height.astype(np.int64)[:, None], [0])[0]
        return result

    def components(self) -> Ints:
        """As `Arrays.components`."""
        return loops.components(self.referrer, self.referee, self.nodes).astype(np.int64)

    def people_below(self) -> Ints:
        """As `Arrays.people_below`; one sweep on a forest."""
        if self.is_forest:
            ones = np.ones(self.nodes, dtype=np.int64)
            first = loops.firsts(self.referee, self.parent, ones, self.size)
            result: Ints = self._spread(self._columns(first, [(None, 1.0)], [], whole=True), [0])[0]
            return result
        return super().people_below()

    def _forest_shares(self, worth: Ints, decay: float) -> Floats:
        stays, total = loops.conserved(
            self.referee, self.parent, self.inner_child, self.inner_parent, self.size, worth, decay
        )
        stays[self.referrers] += total
        return stays

    def _summed(
        self,
        first: Numbers,
        asked: Sequence[tuple[int | None, float]],
        limited: Sequence[tuple[int, int]],
        swept: Sequence[int],
    ) -> list[tuple[list[int], Numbers]]:
        """Which of `asked`, and their sums: by both kinds of loops at the same time where that is worth it."""
        columns = [j for j, _ in limited] + list(swept)
        pairs = [asked[j] for j in columns]
        if not (limited and swept) or first.size * len(columns) < _WORTH_TWO:
            return [(columns, self._columns(first, pairs, limited))] if columns else []
        count = len(limited)
        with ThreadPoolExecutor(1) as beside:
            waiting = beside.submit(self._columns, first, pairs[count:], [])
            hop_by_hop = self._columns(first, pairs[:count], limited)
            return [(columns[:count], hop_by_hop), (columns[count:], waiting.result())]

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

    def _spread(self, total: Numbers, names: Sequence[int], out: Floats | None = None) -> dict[int, Numbers]:
        """Sums by rank, shape (R, p), as numbers of all nodes by their names; in the rows of `out`, if it is given."""
        rows = np.arange(len(names)) if out is None else np.array(names)
        held: Numbers = np.empty((len(names), self.nodes), dtype=total.dtype) if out is None else out

        def spread(first: int, last: int) -> None:
            number = int(np.searchsorted(self._rising, first))
            loops.spread(self._rising, self._rank, total, rows, held, number, first, last)

        if len(names) == 1 or held.size < _WORTH_TWO:
            spread(0, self.nodes)
        else:
            with ThreadPoolExecutor(1) as beside:
                second = beside.submit(spread, self.nodes // 2, self.nodes)
                spread(0, self.nodes // 2)
                second.result()
        return {name: held[row] for name, row in zip(names, rows.tolist(), strict=True)}


def _narrow(nodes: Ints) -> loops.Some:
    return np.ascontiguousarray(nodes, dtype=np.int32)
