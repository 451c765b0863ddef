"""Sums over everyone below, where a customer may have several referrers: level by level, in O(edges).

Everything here counts referrers only (R of the n nodes) in an order of their own, those with the longest
chain below
them first: who still has somebody d edges below is then a prefix, and so are the edges that matter at hop d.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import numpy as np

from refnet.analysis.influence.forest import Floats, Ints


def heights(parent: Ints, child: Ints, size: int) -> Ints:
    """Edges on the longest way down from each, shape (size,), where whatever is numbered has one edge below
    already.

    0 for what is on a cycle, or above one. A. B. Kahn, 'Topological sorting of large networks' (1962), from
    below, in plain
    Python: as many steps as edges, however deep the graph is. O(size + edges).
    """
    order = np.argsort(child, kind="stable")
    above = parent[order].tolist()
    start = np.searchsorted(child[order], np.arange(size + 1)).tolist()
    waiting = np.bincount(parent, minlength=size)
    ready = np.flatnonzero(waiting == 0).tolist()
    left, height = waiting.tolist(), [1] * size
    done = 0
    while done < len(ready):
        node = ready[done]
        done += 1
        further = height[node] + 1
        for up in above[start[node] : start[node + 1]]:
            if height[up] < further:
                height[up] = further
            left[up] -= 1
            if not left[up]:
                ready.append(up)
    found = np.zeros(size, dtype=np.int64)
    found[ready] = np.asarray(height, dtype=np.int64)[ready]
    return found


class Dag:
    """Edges among R referrers, none in a cycle, sorted for sweeps and for hops.

    Args:
        parent, child: int64, shape (e,), numbers below R.
        credit: float64, shape (e,).
        height: int64, shape (R,), from `heights`.

    """

    def __init__(self, parent: Ints, child: Ints, credit: Floats, height: Ints) -> None:
        self.size = height.size
        order = np.argsort(-height, kind="stable")
        self.rank = np.empty(self.size, dtype=np.int64)
        self.rank[order] = np.arange(self.size)
        self.height = height[order]
        by_child = np.argsort(-height[child], kind="stable")
        self._parent, self._child = self.rank[parent[by_child]], self.rank[child[by_child]]
        self._credit = credit[by_child]
        child_height = self.height[self._child]
        # With c edges left at hop d, the children of all of them have at least d − 1 edges below.
        self._alive = np.searchsorted(-child_height, -np.arange(1, self.longest + 1), side="right").tolist()
        by_level = np.argsort(self.height[self._parent], kind="stable")
        self._up, self._down = self._parent[by_level], self._child[by_level]
        self._weight = self._credit[by_level]
        level = self.height[self._up]
        self._levels = np.append(np.flatnonzero(np.diff(level, prepend=0)), level.size).tolist()

    @property
    def longest(self) -> int:
        """Edges on the longest chain of all, 0 without edges."""
        return int(self.height[0]) if self.size else 0

    def hops(self, first: Floats) -> Iterator[Floats]:
        """A·value, A²·value, … given A·value of all R by `rank`; each as long as there are referrers who have
        any.

        O(edges still alive) a hop.
        """
        now = first
        yield now
        for alive in self._alive:
            if not alive:
                return
            moved = self._credit[:alive] * now[self._child[:alive]]
            now = np.bincount(self._parent[:alive], weights=moved).astype(np.float64, copy=False)
            yield now

    def sweep(self, first: Floats, decay: float) -> Floats:
        """(I + decay·A + decay²·A² + …)·first, shape (R,) by `rank`: every edge once, from the leaves up."""
        total, factor = first.copy(), self._weight * decay
        for begin, end in pairwise(self._levels):
            np.add.at(total, self._up[begin:end], total[self._down[begin:end]] * factor[begin:end])
        return total
