"""How many different people are below each, where several ways may lead to one of them.

Only a *join*, somebody with several referrers, can be reached twice. Everyone else hangs, in a tree, below
one join or one root. So: distinct people below v = those of its own tree below v + Σ over the joins below v
of the whole tree below that join, itself included; only the joins need a set. The sets are bits, for some
thousand joins at a time, so that memory is bounded; joins are taken component by component, so that a block
touches the components of its joins only.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import numpy.typing as npt
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from refnet.analysis.influence.forest import Ints, Jump, below

Flags = npt.NDArray[np.bool_]

_BLOCK_BYTES = 1 << 26


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

    Complexity: O(n log depth) for what is without joins; with J joins besides, O(J/8 · edges above joins)
    bytes, component by component. Memory O(n + m) and 64 MiB.

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
    leads = _leads_to(joins, referrer, referee, height)
    edge = np.flatnonzero(leads[referee])
    edge = edge[np.argsort(tree[referrer[edge]], kind="stable")]
    edge_tree = tree[referrer[edge]]
    weight, total = own[joins] + 1, own.copy()
    begin = 0
    while begin < joins.size:
        # As many joins as leave room for the edges of all their components.
        low = int(np.searchsorted(edge_tree, tree[joins[begin]], side="left"))
        bits, high = 64, low
        for width in (4096, 1024, 256, 64):
            end = min(begin + width, joins.size)
            high = int(np.searchsorted(edge_tree, tree[joins[end - 1]], side="right"))
            bits = width
            if (high - low + width) * width // 8 <= _BLOCK_BYTES:
                break
        end = min(begin + bits, joins.size)
        these = edge[low:high]
        _count(total, joins[begin:end], weight[begin:end], referrer[these], referee[these], height)
        begin = end
    return total


def _leads_to(joins: Ints, referrer: Ints, referee: Ints, height: Ints) -> Flags:
    """Who is a join or has one below, shape (n,)."""
    leads = np.zeros(height.size, dtype=np.bool_)
    leads[joins] = True
    order = np.argsort(referee, kind="stable")
    above, start = referrer[order], np.searchsorted(referee[order], np.arange(height.size + 1))
    front = joins
    while front.size:
        count = start[front + 1] - start[front]
        into = np.repeat(start[front] - np.cumsum(count) + count, count) + np.arange(count.sum())
        up = above[into]
        front = np.unique(up[~leads[up]])
        leads[front] = True
    return leads


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
