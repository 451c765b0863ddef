"""The compiled loops: every measure of everyone in one pass over the referrals, in an order that memory likes.

Only the R who brought somebody have sums; they are numbered by *rank*, in topological order (A. B. Kahn,
'Topological sorting of large networks', 1962), which on a forest is breadth first: parents before children,
children of one parent together. Edges to those who brought nobody are added up once; what is left are the inner
edges, sorted by the child's rank, and a sweep from the last to the first adds each once, reading and writing
forwards through memory. Nodes are int32.

Needs numba (`refnet[fast]`); without it, and below a size that is not worth its import, `arrays` does the same.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

import numba
import numpy as np
import numpy.typing as npt

Some = npt.NDArray[Any]  # int32
Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Numbers = npt.NDArray[Any]  # int64 or float64
F = TypeVar("F", bound=Callable[..., Any])

_BLOCK = 2048  # nodes whose eight rows of answers are in a core's own memory together


def compiled(function: F) -> F:
    """Machine code, kept on disk between runs."""
    made: Any = numba.njit(cache=True, nogil=True)(function)
    return cast("F", made)


@compiled
def sorted_singly(tail: Some, head: Some, nodes: int) -> tuple[bool, Some, Some]:
    """(whether nobody has two referrers or oneself, tails, heads), sorted by head. O(n + m)."""
    above = np.full(nodes, -1, np.int32)
    for edge in range(tail.size):
        if above[head[edge]] >= 0 or tail[edge] == head[edge]:
            return False, above[:0], above[:0]
        above[head[edge]] = tail[edge]
    tails, heads = np.empty(tail.size, np.int32), np.empty(tail.size, np.int32)
    count = 0
    for node in range(nodes):
        if above[node] >= 0:
            tails[count], heads[count] = above[node], node
            count += 1
    return True, tails, heads


@compiled
def sorted_credited(
    tail: Some, head: Some, credit: Floats, nodes: int, most: float
) -> tuple[bool, bool, Some, Some, Floats]:
    """(whether all is well, whether it is a forest, tails, heads, credits) sorted by head, tail, credit.

    Not well: an edge from a node to itself, a credit outside (0, 1], credits of one node that sum to more than
    `most`. O(n + m): two passes of counting.
    """
    start = np.zeros(nodes + 1, np.int64)
    for edge in range(tail.size):
        if tail[edge] == head[edge] or not (0.0 < credit[edge] <= 1.0):
            return False, False, tail[:0], tail[:0], credit[:0]
        start[tail[edge] + 1] += 1
    for node in range(nodes):
        start[node + 1] += start[node]
    by_tail = np.empty(tail.size, np.int32)
    for edge in range(tail.size):
        by_tail[start[tail[edge]]] = edge
        start[tail[edge]] += 1
    start[:] = 0
    several = False
    for edge in range(tail.size):
        start[head[edge] + 1] += 1
        several = several or start[head[edge] + 1] > 1
    for node in range(nodes):
        start[node + 1] += start[node]
    tails, heads, weights = np.empty_like(tail), np.full(head.size, -1, np.int32), np.empty_like(credit)
    for turn in range(tail.size):
        edge = int(by_tail[turn])
        at, node = start[head[edge]], head[edge]
        start[node] = at + 1
        # Twice the same two: by credit, so that the order they came in does not show.
        while (
            at > 0
            and heads[at - 1] == node
            and tails[at - 1] == tail[edge]
            and weights[at - 1] > credit[edge]
        ):
            tails[at], heads[at], weights[at] = tails[at - 1], node, weights[at - 1]
            at -= 1
        tails[at], heads[at], weights[at] = tail[edge], node, credit[edge]
    total = 0.0
    for edge in range(tail.size):
        total = weights[edge] + (total if edge and heads[edge - 1] == heads[edge] else 0.0)
        if total > most:
            return False, False, tail[:0], tail[:0], credit[:0]
    return True, not several, tails, heads, weights


@compiled
def ranked(
    tail: Some, head: Some, credit: Floats, nodes: int
) -> tuple[bool, Some, Some, Some, Some, Some, Floats]:
    """Ranks of referrers, from edges sorted by head (of a forest with credits of 1: `ranking`).

    Returns:
        Whether there is no cycle; int32 (R,) referrers, rising; int32 (R,) the rank of each; int32 (m,) the rank of
        each edge's referrer; int32 (e,), (e,) child and parent ranks of the inner edges, by rising child;
        float64 (e,) their credits.

    Complexity: O(n + m); besides what it returns 4 n + 16 R + 12 e bytes for as long as it runs.

    """
    number = np.full(nodes, -1, np.int32)
    for edge in range(tail.size):
        number[tail[edge]] = 0
    size = 0
    for node in range(nodes):
        if number[node] == 0:
            number[node] = size
            size += 1
    referrers = np.empty(size, np.int32)
    size = 0
    for node in range(nodes):
        if number[node] >= 0:
            referrers[size] = node
            size += 1
    up = np.empty(tail.size, np.int32)
    inner = 0
    for edge in range(tail.size):
        up[edge] = number[tail[edge]]
        if number[head[edge]] >= 0:
            inner += 1
    below = np.zeros(size + 1, np.int32)  # where each one's inner edges begin, going down
    above = np.zeros(size + 1, np.int32)  # and going up
    upper, lower = np.empty(inner, np.int32), np.empty(inner, np.int32)
    weight = np.empty(inner, np.float64)
    inner = 0
    for edge in range(tail.size):
        child = number[head[edge]]
        if child >= 0:
            upper[inner] = up[edge]
            weight[inner] = credit[edge]
            below[up[edge] + 1] += 1
            above[child + 1] += 1
            inner += 1
    for node in range(size):
        below[node + 1] += below[node]
        above[node + 1] += above[node]
    place = below[:-1].copy()
    waiting = np.empty(size, np.int32)
    for child in range(size):
        waiting[child] = above[child + 1] - above[child]
        for edge in range(above[child], above[child + 1]):
            lower[place[upper[edge]]] = child
            place[upper[edge]] += 1
    order, rank = place, np.full(size, -1, np.int32)
    last = 0
    for node in range(size):
        if waiting[node] == 0:
            order[last], rank[node] = node, last
            last += 1
    done = 0
    while done < last:
        node = order[done]
        done += 1
        for edge in range(below[node], below[node + 1]):
            child = lower[edge]
            waiting[child] -= 1
            if waiting[child] == 0:
                order[last], rank[child] = child, last
                last += 1
    if last < size:
        return False, referrers, rank, up, upper, lower, weight
    for edge in range(tail.size):
        up[edge] = rank[up[edge]]
    parents, children = np.empty(inner, np.int32), lower
    weights = np.empty_like(weight)
    count = 0
    for at in range(size):
        child = order[at]
        for edge in range(above[child], above[child + 1]):
            children[count], parents[count] = at, rank[upper[edge]]
            weights[count] = weight[edge]
            count += 1
    return True, referrers, rank, up, children, parents, weights


@compiled
def heights(child: Some, parent: Some, size: int) -> Some:
    """Edges on the longest way down from each rank; everyone has one."""
    longest = np.ones(size, np.int32)
    for edge in range(child.size - 1, -1, -1):
        longest[parent[edge]] = max(longest[parent[edge]], longest[child[edge]] + 1)
    return longest


@compiled
def firsts(head: Some, parent: Some, value: Numbers, size: int) -> Numbers:
    """Value one hop below each rank, integers as integers."""
    total = np.zeros(size, value.dtype)
    for edge in range(head.size):
        total[parent[edge]] += value[head[edge]]
    return total


@compiled
def firsts_credited(head: Some, parent: Some, credit: Floats, value: Numbers, size: int) -> Floats:
    """Value one hop below each rank, times the credits."""
    total = np.zeros(size, np.float64)
    for edge in range(head.size):
        total[parent[edge]] += credit[edge] * value[head[edge]]
    return total


@compiled
def unlimited(child: Some, parent: Some, credit: Numbers, decay: Numbers, begin: int, total: Numbers) -> None:
    """One sweep from the leaves up for columns `begin` … of `total`, shape (R, p), which holds `firsts`.

    All three of numbers are of one kind: with integers, and `credit` empty, sums are exact.
    """
    whole = credit.size == 0
    for edge in range(child.size - 1, -1, -1):
        up, down = parent[edge], child[edge]
        for column in range(begin, total.shape[1]):
            if whole:
                total[up, column] += decay[column] * total[down, column]
            else:
                total[up, column] += decay[column] * credit[edge] * total[down, column]


@compiled
def limited(
    child: Some, parent: Some, credit: Numbers, height: Some, first: Numbers, weight: Numbers, total: Numbers
) -> None:
    """Add hops 2, 3, … to the first columns of `total`, shape (R, p), which holds `firsts`.

    weight[d, j] is what column j takes of hop d + 1; the kinds of numbers as in `unlimited`. Only edges that
    still have somebody so far below are looked at: O(Σ over hops of edges still alive).
    """
    now, then = first, np.empty_like(first)
    alive = np.arange(child.size).astype(np.int32)
    left, columns = child.size, weight.shape[1]
    for hop in range(1, weight.shape[0]):
        for place in range(left):
            then[parent[alive[place]]] = 0
        for place in range(left):
            edge = alive[place]
            moved = now[child[edge]]
            if credit.size:
                moved = moved * credit[edge]
            up = parent[edge]
            then[up] += moved
            for column in range(columns):
                total[up, column] += weight[hop, column] * moved
        kept = 0
        for place in range(left):
            if height[child[alive[place]]] > hop:
                alive[kept] = alive[place]
                kept += 1
        left = kept
        if left == 0:
            break
        if hop == 1:
            now = np.empty_like(first)  # `first` is the caller's
        now, then = then, now


@compiled
def spread(
    referrer: Some, rank: Some, total: Numbers, row: Ints, out: Numbers, number: int, first: int, last: int
) -> None:
    """Sums by rank, shape (R, p), to nodes first … last: column j to row[j] of `out`; 0 for all others.

    Block by block, so that what is cleared is still at hand when it is filled. `number` is the place in `referrer` of
    the first of these nodes.
    """
    for begin in range(first, last, _BLOCK):
        end = min(begin + _BLOCK, last)
        for column in range(total.shape[1]):
            out[row[column], begin:end] = 0
        while number < referrer.size and referrer[number] < end:
            node, at = referrer[number], rank[number]
            for column in range(total.shape[1]):
                out[row[column], node] = total[at, column]
            number += 1


@compiled
def conserved(
    head: Some, parent: Some, child: Some, above: Some, size: int, value: Ints, decay: float
) -> tuple[Floats, Floats]:
    """Conserved credit on a forest of whole credits: what stays, by node; what comes from below, by rank.

    The depth of a customer is the length of their only chain, so everybody above them gets decay^(d − 1) / S_depth
    of their value: a sweep of value / S_depth.
    """
    depth = np.zeros(size, np.int32)
    deepest = 0
    for edge in range(child.size):
        depth[child[edge]] = depth[above[edge]] + 1
        deepest = max(deepest, depth[child[edge]])
    sums = np.zeros(deepest + 2)
    power = 1.0
    for steps in range(1, deepest + 2):
        sums[steps] = sums[steps - 1] + power
        power *= decay
    stays = value.astype(np.float64)
    total = np.zeros(size)
    for edge in range(head.size):
        stays[head[edge]] = 0.0
        total[parent[edge]] += value[head[edge]] / sums[depth[parent[edge]] + 1]
    for edge in range(child.size - 1, -1, -1):
        total[above[edge]] += decay * total[child[edge]]
    return stays, total


@compiled
def components(tail: Some, head: Some, nodes: int) -> Some:
    """Weakly connected component of each node, numbered by first nodes: union-find with path halving."""
    label = np.arange(nodes).astype(np.int32)
    for edge in range(tail.size):
        one, other = tail[edge], head[edge]
        while label[one] != one:
            label[one] = label[label[one]]
            one = label[one]
        while label[other] != other:
            label[other] = label[label[other]]
            other = label[other]
        if one < other:
            label[other] = one
        else:
            label[one] = other
    count = 0
    for node in range(nodes):
        if label[node] == node:
            label[node] = count
            count += 1
        else:  # points at an earlier one, which is numbered already
            label[node] = label[label[node]]
    return label
