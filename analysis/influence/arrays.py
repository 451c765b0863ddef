"""Sums over everyone below by numpy alone: forests by doubling (`forest`), any other level by level (`dag`).

The referrers are numbered by themselves, as they are in node order: who brought nobody drops out of all sums
but the first. `compiled` has the same in one sweep, and is held to this by tests.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

import numpy as np
from scipy.sparse import coo_array

from refnet.analysis.influence import dag as levels
from refnet.analysis.influence import distinct, forest
from refnet.analysis.influence.conserved import dag_shares, forest_shares
from refnet.analysis.influence.dag import Dag
from refnet.analysis.influence.forest import Floats, Ints, Jump, Numbers, add_up

SLACK = 1e-9  # credits like ⅓ + ⅓ + ⅓ need not sum to 1 to the last bit


class Arrays:
    """The sums of a network whose edges have been checked, all but for cycles.

    Attributes:
        referrer, referee: int, shape (m,), the edges in one order, however they came.
        credit: float64, shape (m,); None where all are 1.
        is_forest: nobody has more than one referrer.
        referrers: int, shape (R,), the node of each number.
        parent: int, shape (m,), the number of each edge's referrer.
        inner_parent, inner_child: int, shape (e,), numbers: the edges between referrers.
        inner_credit: float64, shape (e,), or None.
        height: int, shape (R,), edges on the longest way down; empty where there is a cycle.
    """

    referrers: Ints
    height: Ints

    def __init__(self, tail: Ints, head: Ints, credit: Floats | None, nodes: int) -> None:
        self.nodes = nodes
        # One order of edges, whatever order they come in: sums are the same to the last bit.
        order = np.lexsort((tail, head) if credit is None else (credit, tail, head))
        self.referrer, self.referee = tail[order], head[order]
        self.credit = None if credit is None else credit[order]
        self.is_forest = bool(np.bincount(head, minlength=nodes).max(initial=0) <= 1)
        referring = np.zeros(nodes, dtype=np.bool_)
        referring[tail] = True
        self.referrers = np.flatnonzero(referring)
        number = np.full(nodes, -1, dtype=np.int64)
        number[self.referrers] = np.arange(self.referrers.size)
        self.parent = number[self.referrer]
        child = number[self.referee]
        inner = np.flatnonzero(child >= 0)
        self.inner_parent, self.inner_child = self.parent[inner], child[inner]
        self.inner_credit = None if self.credit is None else self.credit[inner]
        self.height = self._heights()

    @property
    def size(self) -> int:
        """R, how many brought somebody."""
        return int(self.referrers.size)

    def brought(
        self, worth: Numbers, asked: Sequence[tuple[int | None, float]], out: Floats | None = None
    ) -> list[Numbers]:
        """Influence of all n nodes, for each of `asked`: hops (None: all) and decay; with `out` in its rows."""
        found = (self._brought(worth, hops, decay) for hops, decay in asked)
        if out is None:
            return list(found)
        for place, each in enumerate(found):
            out[place] = each
        return list(out)

    def longest_chain(self) -> Ints:
        """Edges on the longest way down from each node."""
        result = np.zeros(self.nodes, dtype=np.int64)
        result[self.referrers] = self.height
        return result

    def components(self) -> Ints:
        """Weakly connected component of each node, numbered by first nodes."""
        return distinct.components(self.referrer, self.referee, self.nodes)

    def people_below(self) -> Ints:
        """Distinct people below each node."""
        return distinct.people_below(self.referrer, self.referee, self.longest_chain(), self.components())

    def shares(self, worth: Ints, decay: float) -> Floats:
        """Conserved credit of each node, unrounded."""
        if self.is_forest and self.credit is None:
            return self._forest_shares(worth, decay)
        credit = np.ones(self.referrer.size) if self.credit is None else self.credit
        total = np.bincount(self.referee, weights=credit, minlength=self.nodes)
        into = np.where(np.abs(total - 1) <= SLACK, 1.0, total)
        walk = credit / np.maximum(total, 1.0)[self.referee]
        share = np.asarray(worth * (1 - into))
        rank = self.dag.rank
        first = add_up(rank[self.parent], walk * worth[self.referee], rank.size)
        inner = self._inner_credits() / np.maximum(total, 1.0)[self.referrers[self.inner_child]]
        down, up = rank[self.inner_child], rank[self.inner_parent]
        edges = coo_array((inner, (down, up)), shape=(rank.size, rank.size)).tocsr()
        stop = np.empty(rank.size)
        stop[rank] = 1 - into[self.referrers]
        share[self.referrers] += dag_shares(self.dag, edges, first, stop, decay=decay)[rank]
        return share

    def _forest_shares(self, worth: Ints, decay: float) -> Floats:
        step = Jump(self.inner_child, self.inner_parent, np.full(self.inner_child.size, decay))
        return forest_shares(step, self.parent, self.referee, worth, referrers=self.referrers, decay=decay)

    def _brought(self, worth: Numbers, hops: int | None, decay: float) -> Numbers:
        whole = self.credit is None
        if not (decay == 1 and whole):
            worth = worth.astype(np.float64)
        moved = worth[self.referee]
        first = add_up(self.parent, moved if self.credit is None else moved * self.credit, self.size)
        result = np.zeros(self.nodes, dtype=worth.dtype)
        result[self.referrers] = self._below(first, hops, decay)
        return result

    def _below(self, first: Numbers, hops: int | None, decay: float) -> Numbers:
        """Influence of the R referrers, given what they brought themselves."""
        limit = max(self.size, 1)
        if self.is_forest:
            factor = None
            if self.inner_credit is not None or decay != 1:
                factor = self._inner_credits() * decay
            step = Jump(self.inner_child, self.inner_parent, factor)
            return forest.below(step, first, min(hops or limit, limit))
        rank = self.dag.rank
        ranked = np.empty_like(first)
        ranked[rank] = first
        if hops is None or hops >= self.dag.longest:
            return self.dag.sweep(ranked, decay)[rank]
        total = np.zeros_like(ranked)
        for hop, now in zip(range(hops), self.dag.hops(ranked.astype(np.float64)), strict=False):
            total[: now.size] += now * decay**hop
        return total[rank]

    @cached_property
    def dag(self) -> Dag:
        """The inner edges, level by level."""
        return Dag(self.inner_parent, self.inner_child, self._inner_credits(), self.height)

    def _inner_credits(self) -> Floats:
        return np.ones(self.inner_child.size) if self.inner_credit is None else self.inner_credit

    def _heights(self) -> Ints:
        if self.is_forest:
            step = Jump(self.inner_child, self.inner_parent, None)
            ordered = bool((forest.depths(step, self.size)[0] >= 0).all())
            return forest.heights(step, self.size) if ordered else np.empty(0, dtype=np.int64)
        height = levels.heights(self.inner_parent, self.inner_child, self.size)
        return height if bool((height > 0).all()) else np.empty(0, dtype=np.int64)
