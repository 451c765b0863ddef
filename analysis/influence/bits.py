"""A bit for each row or node: which are in use, and the number of each among those; compiled.

Numbers of millions lie in a core's own memory so, where an array of them would not.
"""

from __future__ import annotations

import numpy as np

from refnet.analysis.influence.loops import Numbers, Some, compiled


@compiled
def marked(found: Some, bit: Numbers) -> None:
    """Set the bit of each row that was found."""
    one, low, six = np.uint64(1), np.uint64(63), np.uint64(6)
    for at in range(found.size):
        if found[at] >= 0:
            row = np.uint64(found[at])
            bit[row >> six] |= one << (row & low)


@compiled
def ranks(bit: Numbers, before: Some) -> int:
    """How many bits are set, in all, and in `before` how many before each word."""
    total = np.int64(0)
    for at in range(bit.size):
        before[at] = total
        total += _ones(bit[at])
    return int(total)


@compiled
def rows_of(bit: Numbers, rows: Some) -> None:
    """The bits that are set, in rising order."""
    one, count = np.uint64(1), 0
    for at in range(bit.size):
        rest = bit[at]
        while rest != np.uint64(0):
            lowest = rest & (~rest + one)
            rows[count] = 64 * at + _ones(lowest - one)
            count += 1
            rest ^= lowest


@compiled
def numbered(found: Some, bit: Numbers, before: Some) -> None:
    """Rows that were found to their numbers, in place: how many bits are set before them."""
    one, low, six = np.uint64(1), np.uint64(63), np.uint64(6)
    for at in range(found.size):
        if found[at] >= 0:
            row = np.uint64(found[at])
            word = row >> six
            found[at] = before[word] + _ones(bit[word] & ((one << (row & low)) - one))


@compiled
def _ones(word: np.uint64) -> np.int64:
    """Bits that are set (H. S. Warren, Hacker's Delight, 5-1)."""
    word -= (word >> np.uint64(1)) & np.uint64(0x5555555555555555)
    word = (word & np.uint64(0x3333333333333333)) + ((word >> np.uint64(2)) & np.uint64(0x3333333333333333))
    word = (word + (word >> np.uint64(4))) & np.uint64(0x0F0F0F0F0F0F0F0F)
    return np.int64((word * np.uint64(0x0101010101010101)) >> np.uint64(56))
