"""The credited network in arrays, and what it says of everyone at once: influence, downline, conserved
credit.

Definitions: the definitions page, 'Influence'. Nodes are numbers 0 … n−1, customers and affiliates alike. A
network in which everyone has at most one referrer (a forest) is swept by doubling, any other level by level;
both give the same numbers.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from refnet.analysis.influence import dag as levels
from refnet.analysis.influence import forest
from refnet.analysis.influence.conserved import dag_shares, forest_shares, to_whole
from refnet.analysis.influence.dag import Dag
from refnet.analysis.influence.distinct import components, people_below
from refnet.analysis.influence.forest import Ints, Jump, Numbers, add_up
from refnet.core.errors import InputError, UsageError

_SLACK = 1e-9  # credits like ⅓ + ⅓ + ⅓ need not sum to 1 to the last bit


class Generation(NamedTuple):
    """One depth below somebody: people whose shortest way has this length, value by all ways of it."""

    depth: int
    customers: int
    value: float


class Network:
    """An acyclic credited network.

    Args:
        referrer, referee: shape (m,), node numbers.
        credit: shape (m,), in (0, 1]; None: 1 each.
        nodes: n, how many nodes there are.
        names: shape (n,), what to call a node in an error message; None: its number.

    Raises:
        InputError: naming an edge that is out of range, leads from a node to itself, has a credit outside (0,
            1], is on a cycle, or leads to a node whose credits sum to more than 1.

    Complexity: O(n + m log m); memory O(n + m).

    """

    is_forest: bool
    """Everyone has at most one referrer."""

    def __init__(
        self,
        referrer: npt.ArrayLike,
        referee: npt.ArrayLike,
        credit: npt.ArrayLike | None = None,
        *,
        nodes: int,
        names: Sequence[object] | None = None,
    ) -> None:
        tail, head = np.asarray(referrer, dtype=np.int64), np.asarray(referee, dtype=np.int64)
        given = np.ones(tail.size) if credit is None else np.asarray(credit, dtype=np.float64)
        if not (tail.shape == head.shape == given.shape == (tail.size,)):
            raise InputError("Edges need as many referrers as referees and credits.")
        self.nodes, self._names = nodes, names
        self._refuse(
            tail,
            head,
            ((tail < 0) | (tail >= nodes) | (head < 0) | (head >= nodes)),
            f"is none of {nodes} nodes",
        )
        self._refuse(tail, head, tail == head, "leads from a node to itself")
        self._refuse(
            tail, head, ~((given > 0) & (given <= 1)), "has a credit that is not above 0 and at most 1"
        )
        # One order of edges, whatever order they come in: sums are the same to the last bit.
        order = np.lexsort((given, head, tail))
        self.referrer, self.referee, self.credit = tail[order], head[order], given[order]
        self._into = np.bincount(self.referee, weights=self.credit, minlength=nodes)
        self._refuse(
            tail, head, self._into[head] > 1 + _SLACK, "leads to a node whose credits sum to more than 1"
        )
        self.is_forest = bool(np.bincount(head, minlength=nodes).max(initial=0) <= 1)
        self._whole = bool((given == 1).all())
        # Who brought nobody drops out of all sums but the first: number the R others.
        referring = np.zeros(nodes, dtype=np.bool_)
        referring[tail] = True
        self._referrers = np.flatnonzero(referring)
        self._number = np.full(nodes, -1, dtype=np.int64)
        self._number[self._referrers] = np.arange(self._referrers.size)
        self._parent = self._number[self.referrer]
        child = self._number[self.referee]
        self._inner = np.flatnonzero(child >= 0)
        self._inner_parent, self._inner_child = self._parent[self._inner], child[self._inner]
        self._height = self._heights()

    def influence(self, value: npt.ArrayLike, *, hops: int | None = 6, decay: float = 0.5) -> Numbers:
        """Value brought by each, shape (n,), in the unit of `value`: the definitions page, 'Influence'.

        influence_k(v) = Σ_{d=1..k} decay^(d−1) · Σ over paths v → … → u of length d: Π credits · value(u)

        Args:
            value: shape (n,); integers (minor units, heads) with decay 1 and credits 1 stay exact integers
                (int64), everything else is float64.
            hops: k, at least 1; None: all the way down.
            decay: in (0, 1].

        Raises:
            InputError: another shape, or a value that is not a finite number.
            UsageError: hops or decay out of range.

        Complexity: forest O(n log min(k, depth)); else O(m) without limit and O(Σ over hops of edges still
            alive) with.

        """
        worth = self._values(value)
        _check(hops, decay)
        if not (decay == 1 and self._whole):
            worth = worth.astype(np.float64)
        result = np.zeros(self.nodes, dtype=worth.dtype)
        result[self._referrers] = self._brought(worth, hops, decay)
        return result

    def downline(self) -> Ints:
        """Distinct people below each, shape (n,): O(n log depth) for a forest, else see `people_below`."""
        return people_below(self.referrer, self.referee, self.longest_chain(), self.tree_of()).copy()

    def longest_chain(self) -> Ints:
        """Edges on the longest way down from each, shape (n,)."""
        result = np.zeros(self.nodes, dtype=np.int64)
        result[self._referrers] = self._height
        return result

    def generations(self, root: int, value: npt.ArrayLike) -> list[Generation]:
        """Heads and value at each depth below `root`, from depth 1 on.

        People are counted once, at their shortest depth. Value is weighted by the credits along each path of
        that length, so that the values sum to `influence(value, hops=None, decay=1)` of the root.

        Raises:
            InputError: another shape of `value` than (n,), or a value that is not a finite number.
            UsageError: no such node.

        Complexity: O(n + edges below `root`) for a forest, else times the depth at most.

        """
        worth = self._values(value)
        if not 0 <= root < self.nodes:
            raise UsageError(f"There is no node {root}.")
        if not self._whole:
            worth = worth.astype(np.float64)
        start = np.searchsorted(self._parent, np.arange(self._referrers.size + 1))
        seen = np.zeros(self.nodes, dtype=np.bool_)
        front, weight = self._number[[root]], np.ones(1)
        front = front[front >= 0]
        found: list[Generation] = []
        while front.size:
            count = start[front + 1] - start[front]
            edge = np.repeat(start[front] - np.cumsum(count) + count, count) + np.arange(count.sum())
            people, carried = self.referee[edge], np.repeat(weight, count) * self.credit[edge]
            total = (worth[people] if self._whole else carried * worth[people]).sum().item()
            if not self.is_forest:
                people, place = np.unique(people, return_inverse=True)
                carried = np.bincount(place, weights=carried)
            found.append(Generation(len(found) + 1, int((~seen[people]).sum()), total))
            seen[people] = True
            onward = self._number[people] >= 0
            front, weight = self._number[people[onward]], carried[onward]
        return found

    def conserved(self, value_minor: npt.ArrayLike, *, decay: float = 0.5) -> Ints:
        """Conserved credit of each, int64, shape (n,), minor units: sums exactly to Σ `value_minor`.

        Args:
            value_minor: shape (n,), integers.
            decay: in (0, 1], what each further step back weighs.

        Raises:
            InputError: another shape, or values that are not integers.
            UsageError: decay out of range.

        Rounded by largest remainder over the whole network. O(n log n) for a forest with credits of 1, else
        see `conserved.dag_shares`, where the definition is.

        """
        worth = self._values(value_minor)
        if worth.dtype != np.int64:
            raise InputError("Conserved credit is shared out in whole minor units: values must be integers.")
        _check(None, decay)
        if self.is_forest and self._whole:
            share = forest_shares(
                self._step(decay), self._parent, self.referee, worth, referrers=self._referrers, decay=decay
            )
        else:
            into = np.where(np.abs(self._into - 1) <= _SLACK, 1.0, self._into)
            walk = self.credit / np.maximum(self._into, 1.0)[self.referee]
            share = worth * (1 - into)
            rank = self._dag.rank
            first = add_up(rank[self._parent], walk * worth[self.referee], rank.size)
            down, up = rank[self._inner_child], rank[self._inner_parent]
            edges = coo_array((walk[self._inner], (down, up)), shape=(rank.size, rank.size)).tocsr()
            stop = np.empty(rank.size)
            stop[rank] = 1 - into[self._referrers]
            share[self._referrers] += dag_shares(self._dag, edges, first, stop, decay=decay)[rank]
        return to_whole(share, int(worth.sum())) if self.nodes else worth

    def roots(self) -> Ints:
        """Nodes that brought somebody and whom nobody brought, in rising order."""
        top: Ints = self._referrers[self._into[self._referrers] == 0]
        return top

    def tree_of(self) -> Ints:
        """The tree of each, shape (n,): weakly connected component, numbered by first nodes. O(n + m)."""
        return components(self.referrer, self.referee, self.nodes)

    def _brought(self, worth: Numbers, hops: int | None, decay: float) -> Numbers:
        """Influence of the R referrers."""
        moved = worth[self.referee]
        first = add_up(self._parent, moved if self._whole else moved * self.credit, self._referrers.size)
        limit = max(self._referrers.size, 1)
        if self.is_forest:
            return forest.below(self._step(decay), first, min(hops or limit, limit))
        rank = self._dag.rank
        ranked = np.empty_like(first)
        ranked[rank] = first
        if hops is None or hops >= self._dag.longest:
            return self._dag.sweep(ranked, decay)[rank]
        total = np.zeros_like(ranked)
        for hop, now in zip(range(hops), self._dag.hops(ranked.astype(np.float64)), strict=False):
            total[: now.size] += now * decay**hop
        return total[rank]

    def _step(self, decay: float) -> Jump:
        factor = None if self._whole and decay == 1 else self.credit[self._inner] * decay
        return Jump(self._inner_child, self._inner_parent, factor)

    @cached_property
    def _dag(self) -> Dag:
        return Dag(self._inner_parent, self._inner_child, self.credit[self._inner], self._height)

    def _heights(self) -> Ints:
        size = self._referrers.size
        if self.is_forest:
            step = Jump(self._inner_child, self._inner_parent, None)
            if (forest.depths(step, size)[0] >= 0).all():
                return forest.heights(step, size)
        else:
            height = levels.heights(self._inner_parent, self._inner_child, size)
            if (height > 0).all():
                return height
        graph = coo_array(
            (np.ones(self._inner.size), (self._inner_parent, self._inner_child)), shape=(size, size)
        )
        label = connected_components(graph.tocsr(), directed=True, connection="strong")[1]
        closed = label[self._inner_parent] == label[self._inner_child]
        tail, head = self.referrer[self._inner], self.referee[self._inner]
        self._refuse(tail, head, closed, "is on a cycle")
        raise AssertionError("a graph that cannot be ordered has a cycle")

    def _values(self, value: npt.ArrayLike) -> Numbers:
        worth = np.asarray(value)
        if worth.shape != (self.nodes,):
            raise InputError(f"There are {self.nodes} nodes and values of shape {worth.shape}.")
        if worth.dtype.kind in "iub":
            return worth.astype(np.int64)
        worth = worth.astype(np.float64)
        wrong = np.flatnonzero(~np.isfinite(worth))
        if wrong.size:
            raise InputError(f"The value of {self._called(int(wrong[0]))} is not a finite number.")
        return worth

    def _refuse(self, tail: Ints, head: Ints, wrong: npt.NDArray[np.bool_], what: str) -> None:
        if wrong.any():
            edge = int(np.flatnonzero(wrong)[0])
            raise InputError(
                f"Edge {self._called(int(tail[edge]))} → {self._called(int(head[edge]))} {what}."
            )

    def _called(self, node: int) -> str:
        return (
            str(self._names[node]) if self._names is not None and 0 <= node < len(self._names) else str(node)
        )


def _check(hops: int | None, decay: float) -> None:
    if hops is not None and hops < 1:
        raise UsageError(
            f"hops is {hops}: influence needs at least one.", "Leave it out for all the way down."
        )
    if not 0 < decay <= 1:
        raise UsageError(f"decay is {decay}: it must be above 0 and at most 1.")
