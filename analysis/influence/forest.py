"""Sums over everyone below, where everyone has at most one referrer: by doubling, in O(n log depth).

If A carries a customer's value to their referrer (times the edge's credit and the decay), influence over k
hops is (I + A + … + A^(k−1)) A·value. In a forest A^j has one entry per customer, the j-th ancestor, so
A^(2j) is one
gather away, and the sum doubles with it: pointer jumping (J. C. Wyllie, 'The complexity of parallel
computations', 1979). A chain of 100,000 takes 17 rounds, a usual forest four; integers stay exact.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Numbers = npt.NDArray[Any]  # int64 or float64, out as in


def add_up(where: Ints, what: Numbers, size: int) -> Numbers:
    """Σ of `what` by place, shape (size,): as integers, exactly, if they are integers."""
    if what.dtype == np.int64:
        total = np.zeros(size, dtype=what.dtype)
        np.add.at(total, where, what)
        return total
    return np.asarray(np.bincount(where, weights=what, minlength=size), dtype=what.dtype)


class Jump:
    """A^j of a forest: for those who have one, their j-th ancestor and the factor on the way there.

    Attributes:
        source, target: int64, shape (a,): customers, ancestors.
        factor: float64, shape (a,), or None where all are 1.

    """

    def __init__(self, source: Ints, target: Ints, factor: Floats | None) -> None:
        self.source, self.target, self.factor = source, target, factor

    def then(self, other: Jump, size: int) -> Jump:
        """The jump by both distances, O(a)."""
        row = np.full(size, -1, dtype=np.int64)
        row[other.source] = np.arange(other.source.size)
        onward = row[self.target]
        ours = onward >= 0
        onward = onward[ours]
        factor: Floats | None = None
        if self.factor is not None and other.factor is not None:
            factor = self.factor[ours] * other.factor[onward]
        return Jump(self.source[ours], other.target[onward], factor)

    def carry(self, value: Numbers) -> Numbers:
        """A^j·value, shape as `value`."""
        moved = value[self.source]
        if self.factor is not None:
            moved = moved * self.factor
        return add_up(self.target, moved, value.size)


def below(step: Jump, value: Numbers, hops: int) -> Numbers:
    """(I + A + … + A^(hops−1))·value with A given as `step`, shape as `value`.

    Reads the binary digits of `hops` from the highest: S_2a = S_a + A^a S_a, S_(2a+1) = value + A S_2a. Ends
    as soon as nobody has an a-th ancestor. O(n log min(hops, depth)).
    """
    size = value.size
    total, jump = value, step
    for digit in bin(hops)[3:]:
        if not jump.source.size:
            break
        total = total + jump.carry(total)
        jump = jump.then(jump, size)
        if digit == "1":
            total = value + step.carry(total)
            jump = jump.then(step, size)
    return total


def heights(step: Jump, size: int) -> Ints:
    """Edges on the longest way down from each, shape (size,), where each has one edge below already."""
    longest = np.ones(size, dtype=np.int64)
    jump, reach = step, 1
    while jump.source.size:
        further = longest[jump.source] + reach
        np.maximum.at(longest, jump.target, further)
        jump, reach = jump.then(jump, size), 2 * reach
    return longest


def depths(step: Jump, size: int) -> tuple[Ints, Ints]:
    """Edges above each and the topmost of them (oneself at depth 0), both shape (size,).

    In a graph with a cycle the depth of what is on it, or below it, is −1, and 'topmost' somebody on the
    cycle.
    """
    depth, top = np.zeros(size, dtype=np.int64), np.arange(size)
    jump, reach = step, 1
    while jump.source.size:
        if reach > size:
            depth[jump.source] = -1
            top[jump.source] = jump.target
            break
        # Right of the sign is what was known before this round: min(depth, reach − 1), and who is there.
        depth[jump.source], top[jump.source] = depth[jump.target] + reach, top[jump.target]
        jump, reach = jump.then(jump, size), 2 * reach
    return depth, top
