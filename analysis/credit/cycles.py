"""Which edges, taken one after the other, keep a graph free of cycles.

Both keepers look at one edge at a time, in the order given, and take it unless it would close a cycle with
those taken before. Only edges inside a strongly connected component can ever be in a cycle, so callers bring
only those.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components


def inside_component(
    tail: npt.NDArray[np.int64], head: npt.NDArray[np.int64], nodes: int
) -> npt.NDArray[np.bool_]:
    """Which edges, shape (m,), have both ends in one strongly connected component: all others are in no
    cycle.

    O(nodes + m).
    """
    if not tail.size:
        return np.zeros(0, dtype=np.bool_)
    graph = coo_array((np.ones(tail.size, dtype=np.int8), (tail, head)), shape=(nodes, nodes)).tocsr()
    label = connected_components(graph, directed=True, connection="strong")[1]
    return np.asarray(label[tail] == label[head])


class OneParent:
    """A forest that grows by one edge at a time; every node has at most one parent.

    A root that gains a parent closes a cycle exactly if it is the root of that parent's own tree, so
    union-find with path halving (Tarjan and van Leeuwen 1984) over 'which root am I under' answers in nearly
    constant time.
    """

    def __init__(self, nodes: int) -> None:
        self._up = list(range(nodes))

    def add(self, parent: int, child: int) -> bool:
        """Take parent → child unless it closes a cycle. `child` must have no parent yet."""
        up = self._up
        root = parent
        while up[root] != root:
            up[root] = up[up[root]]
            root = up[root]
        if root == child:
            return False
        up[child] = root
        return True


class ManyParents:
    """An acyclic graph that grows by one edge at a time, kept in topological order.

    Dynamic topological sort: D. J. Pearce and P. H. J. Kelly, 'A dynamic topological sort algorithm for
    directed acyclic graphs', ACM Journal of Experimental Algorithmics 11 (2007). An edge that agrees with the
    order costs nothing; one that does not costs a search of what lies between its two ends in the order.
    """

    def __init__(self, order: Iterable[int]) -> None:
        """`order`: for each node its first place, a permutation; a good guess saves searches."""
        self._place = list(order)
        self._out: list[list[int]] = [[] for _ in self._place]
        self._in: list[list[int]] = [[] for _ in self._place]

    def add(self, parent: int, child: int) -> bool:
        """Take parent → child unless it closes a cycle."""
        if parent == child:
            return False
        place = self._place
        if place[child] < place[parent]:
            below = self._reach(child, parent)
            if below is None:
                return False
            self._reorder(self._above(parent, place[child]), below)
        self._out[parent].append(child)
        self._in[child].append(parent)
        return True

    def _reach(self, start: int, goal: int) -> list[int] | None:
        """What is below `start` up to the place of `goal`; None if `goal` itself is."""
        place, out, limit = self._place, self._out, self._place[goal]
        seen, stack = {start}, [start]
        while stack:
            for node in out[stack.pop()]:
                if node == goal:
                    return None
                if node not in seen and place[node] < limit:
                    seen.add(node)
                    stack.append(node)
        return list(seen)

    def _above(self, start: int, limit: int) -> list[int]:
        place, into = self._place, self._in
        seen, stack = {start}, [start]
        while stack:
            for node in into[stack.pop()]:
                if node not in seen and place[node] > limit:
                    seen.add(node)
                    stack.append(node)
        return list(seen)

    def _reorder(self, above: list[int], below: list[int]) -> None:
        """Let all of `above` come before all of `below`, in the places that they hold together."""
        place = self._place
        above.sort(key=place.__getitem__)
        below.sort(key=place.__getitem__)
        moved = above + below
        for node, spot in zip(moved, sorted(place[node] for node in moved), strict=True):
            place[node] = spot
