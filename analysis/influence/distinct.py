"""How many different people are below each, where several ways may lead to one of them.

Only a *join*, somebody with several referrers, can be reached twice. Everyone else hangs, in a tree, below
one join or one root. So: distinct people below v = those of its own tree below v + Σ over the joins below v
of the whole tree below that join, itself included; only the joins need a set. The sets are bits, for some
thousand joins at a time, so that memory is bounded, and only of those above one of these joins. Joins of one
component are taken together: they share those above them.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from refnet.analysis.influence.forest import Ints, Jump, below

_BLOCK_BYTES = 1 << 26
_MOST_JOINS, _FEWEST_JOINS = 4096, 64


def components(referrer: Ints, referee: Ints, nodes: int) -> Ints:
    """The weakly connected component of each node, shape (nodes,), numbered from 0 by their first nodes."""
    graph = coo_array(
        (np.ones(referrer.size, dtype=np.int8), (referrer, referee)), shape=(nodes, nodes)
    ).tocsr()
    label = connected_components(graph, directed=False)[1]
    first = np.unique(label, return_index=True)[1]
    number = np.empty(first.size, dtype=np.int64)
    number[np.argsort(first)] = np.arange(first.size)
    return np.asarray(number[label])


def people_below(referrer: Ints, referee: Ints, height: Ints, tree: Ints) -> Ints:
    """Distinct people below each node of an acyclic graph, shape (n,).

    Args:
        referrer: int64, shape (m,), of each edge.
        referee: int64, shape (m,), of each edge.
        height: int64, shape (n,), the longest chain below each.
        tree: int64, shape (n,), from `components`.

    Complexity: O(n log depth) for what is without joins; for J joins, J/4096 blocks besides, each 512 bytes for
    every edge above one of its joins. Memory O(n + m) and about 64 MiB.

    """
    nodes = height.size
    brought = np.bincount(referee, minlength=nodes)
    single = brought[referee] == 1
    step = Jump(referee[single], referrer[single], None)
    own = below(step, np.ones(nodes, dtype=np.int64), max(nodes, 1)) - 1
    joins = np.flatnonzero(brought > 1)
    if not joins.size:
        return own
    joins = joins[np.argsort(tree[joins], kind="stable")]
    weight, total = own[joins] + 1, own.copy()
    by_referee = np.argsort(referee, kind="stable")
    above = _Above(by_referee, referrer, np.searchsorted(referee[by_referee], np.arange(nodes + 1)))
    begin, width = 0, _MOST_JOINS
    while begin < joins.size:
        these = joins[begin : begin + width]
        edges = above.edges(these)
        if (edges.size + width) * width // 8 > _BLOCK_BYTES and width > _FEWEST_JOINS:
            width //= 4
            continue
        _count(total, these, weight[begin : begin + width], referrer[edges], referee[edges], height)
        begin, width = begin + width, _MOST_JOINS
    return total


class _Above:
    """Edges by referee, to walk up."""

    def __init__(self, edges: Ints, referrer: Ints, start: Ints) -> None:
        self._edges, self._referrer, self._start = edges, referrer, start

    def edges(self, nodes: Ints) -> Ints:
        """All edges on ways down to any of `nodes`. O(those edges + all nodes / 8)."""
        seen = np.zeros(self._start.size - 1, dtype=np.bool_)
        found = []
        front = nodes
        while front.size:
            seen[front] = True
            count = self._start[front + 1] - self._start[front]
            place = np.repeat(self._start[front] - np.cumsum(count) + count, count) + np.arange(count.sum())
            edges = self._edges[place]
            found.append(edges)
            up = np.unique(self._referrer[edges])
            front = up[~seen[up]]
        return np.concatenate(found)


def _count(total: Ints, joins: Ints, weight: Ints, referrer: Ints, referee: Ints, height: Ints) -> None:
    """Add to `total` the weight of those of `joins` (at most some thousand) that are below each referrer."""
    order = np.lexsort((referrer, height[referrer]))
    nodes, local = np.unique(np.concatenate([referrer[order], referee[order], joins]), return_inverse=True)
    up, down, own = local[: order.size], local[order.size : 2 * order.size], local[2 * order.size :]
    bit = np.arange(joins.size)
    reach = np.zeros((nodes.size, -(-joins.size // 8)), dtype=np.uint8)
    reach[own, bit >> 3] = np.uint8(1) << (bit & 7).astype(np.uint8)
    starts = np.flatnonzero(np.diff(up, prepend=-1))  # of each referrer's own edges
    level = height[referrer[order]][starts]
    cuts = np.append(np.flatnonzero(np.diff(level, prepend=0)), starts.size).tolist()
    ends = np.append(starts, up.size)
    for first, last in pairwise(cuts):
        begin, end = int(ends[first]), int(ends[last])
        merged = np.bitwise_or.reduceat(reach[down[begin:end]], starts[first:last] - begin, axis=0)
        reach[up[starts[first:last]]] |= merged
    found = np.zeros(nodes.size, dtype=np.int64)
    padded = np.zeros((reach.shape[1], 8), dtype=np.int64)
    padded.reshape(-1)[: joins.size] = weight
    byte = np.arange(256)
    set_bits = (byte[:, None] >> np.arange(8)) & 1
    for column in range(reach.shape[1]):
        found += (set_bits @ padded[column])[reach[:, column]]
    found[own] -= weight  # nobody is below themselves
    total[nodes] += found
