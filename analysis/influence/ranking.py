"""Ranks of referrers where everyone has at most one: breadth first, and half of what `loops.ranked` has to do."""

from __future__ import annotations

import numpy as np

from refnet.analysis.influence.bits import marked, numbered, ranks, rows_of
from refnet.analysis.influence.loops import Some, compiled


@compiled
def singly(tail: Some, head: Some, nodes: int) -> tuple[bool, Some, Some, Some, Some, Some]:
    """As `loops.ranked` without credits, from edges that `loops.sorted_singly` has sorted.

    Complexity: O(n + m); besides what it returns 3 n / 16 + 16 R bytes for as long as it runs.
    """
    bit, before = np.zeros(nodes // 64 + 1, np.uint64), np.empty(nodes // 64 + 1, np.int32)
    marked(tail, bit)
    size = ranks(bit, before)
    referrers = np.empty(size, np.int32)
    rows_of(bit, referrers)
    up = tail.copy()
    numbered(up, bit, before)
    one, low, six = np.uint64(1), np.uint64(63), np.uint64(6)
    above = np.full(size, -1, np.int32)
    begin = np.zeros(size + 1, np.int32)  # where each one's children begin
    child = inner = 0
    for edge in range(head.size):
        below = np.uint64(head[edge])
        if bit[below >> six] & (one << (below & low)):
            while referrers[child] < head[edge]:
                child += 1
            above[child] = up[edge]
            begin[up[edge] + 1] += 1
            inner += 1
    for node in range(size):
        begin[node + 1] += begin[node]
    child_of, place = np.empty(inner, np.int32), begin[:-1].copy()
    order, rank = np.empty(size, np.int32), np.full(size, -1, np.int32)
    last = 0
    for child in range(size):
        if above[child] < 0:
            order[last], rank[child] = child, last
            last += 1
        else:
            child_of[place[above[child]]] = child
            place[above[child]] += 1
    children, parents = np.empty(inner, np.int32), np.empty(inner, np.int32)
    roots, done = last, 0
    while done < last:
        node = order[done]
        for at in range(begin[node], begin[node + 1]):
            order[last], rank[child_of[at]] = child_of[at], last
            children[last - roots], parents[last - roots] = last, done
            last += 1
        done += 1
    for edge in range(up.size):
        up[edge] = rank[up[edge]]
    return last == size, referrers, rank, up, children, parents
