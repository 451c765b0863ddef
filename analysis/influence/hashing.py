"""Ids to row numbers by hashing, compiled: open addressing with linear probing over arrow's own buffers.

Tables have a power of two of places, at least 1.5 for an id. Whole numbers are kept in the table itself, so that a
look-up is one access to memory; of texts the table has half the hash, and the text is compared where that agrees.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np

from refnet.analysis.influence.loops import Ints, Numbers, Some, compiled

SPREAD = np.uint64(0x9E3779B97F4A7C15)  # 2^64 / golden ratio (Knuth, The Art of Computer Programming 3, 6.4)
_MIX = np.uint64(0xD6E8FEB86659FD93)
_HALF = np.uint64(32)
_BLOCK = 64  # look-ups whose accesses to memory are begun together: each alone would wait for its own
_WORTH_TWO = 100_000  # ids from which on two threads fill a table
_ALL = 2
_NONE = np.empty(0, np.int32)


def numbers_table(ids: Ints, bits: int) -> tuple[int, Ints]:
    """(first row whose id was there before, or −1; table of (id, row + 1), shape (2^bits, 2))."""
    table = np.zeros((1 << bits, 2), np.int64)
    return _by_halves(_numbers_put, ids.size, table, bits, ids), table


def _by_halves(put: Callable[..., tuple[int, Some]], rows: int, *given: Any) -> int:
    """Fill a table by two threads, one its first half and one its second; the first row there twice, or −1.

    What runs over the end of its half is left, and put in afterwards: a look-up still meets no gap before it.
    """
    if rows < _WORTH_TWO:
        return put(*given, np.arange(rows, dtype=np.int32), _ALL)[0]
    with ThreadPoolExecutor(1) as beside:
        second = beside.submit(put, *given, _NONE, 1)
        halves = [put(*given, _NONE, 0), second.result()]
    left = np.concatenate([rest for _, rest in halves])
    twice = [row for row, _ in [*halves, put(*given, left, _ALL)] if row >= 0]
    return min(twice, default=-1)


@compiled
def _numbers_put(table: Ints, bits: int, ids: Ints, rows: Some, half: int) -> tuple[int, Some]:
    """Put `rows` anywhere, or if half is 0 or 1 all rows that belong there: (a row there twice or −1, rows left)."""
    mask, shift = (1 << bits) - 1, np.uint64(64 - bits)
    begin, end = (0, 1 << bits) if half == _ALL else (half << (bits - 1), (half + 1) << (bits - 1))
    left = np.empty(0 if half == _ALL else ids.size, np.int32)
    over = 0
    for turn in range(rows.size if half == _ALL else ids.size):
        row = rows[turn] if half == _ALL else turn
        place = np.int64((np.uint64(ids[row]) * SPREAD) >> shift)
        if not begin <= place < end:
            continue
        while table[place, 1] != 0:
            if table[place, 0] == ids[row]:
                return row, left[:over]
            place = (place + 1) & mask if half == _ALL else place + 1
            if place == end:
                break
        if place == end:
            left[over] = row
            over += 1
        else:
            table[place, 0], table[place, 1] = ids[row], row + 1
    return -1, left[:over]


@compiled
def numbers_found(table: Ints, bits: int, ids: Ints) -> Some:
    """The row of each id, int32; −1 where it is none's."""
    found = np.empty(ids.size, np.int32)
    mask, shift = (1 << bits) - 1, np.uint64(64 - bits)
    places, touched = np.empty(_BLOCK, np.int64), np.zeros(1, np.int64)
    for block in range(0, ids.size, _BLOCK):
        size = min(_BLOCK, ids.size - block)
        for turn in range(size):
            places[turn] = np.int64((np.uint64(ids[block + turn]) * SPREAD) >> shift)
        for turn in range(size):
            touched[0] |= table[places[turn], 1]
        for turn in range(size):
            at, place = block + turn, places[turn]
            while table[place, 1] != 0 and table[place, 0] != ids[at]:
                place = (place + 1) & mask
            found[at] = table[place, 1] - 1
    return found


@compiled
def direct_table(ids: Ints, least: int, width: int) -> tuple[int, Some]:
    """(first row whose id was there before, or −1; row + 1 by id − least): for ids that lie close together."""
    table = np.zeros(width, np.int32)
    for row in range(ids.size):
        if table[ids[row] - least] != 0:
            return row, table
        table[ids[row] - least] = row + 1
    return -1, table


@compiled
def direct_found(table: Some, least: int, ids: Ints) -> Some:
    """The row of each id, int32; −1 where it is none's."""
    found = np.empty(ids.size, np.int32)
    for at in range(ids.size):
        place = ids[at] - least
        found[at] = table[place] - 1 if 0 <= place < table.size else -1
    return found


@compiled
def word(data: Some, at: np.uint64) -> np.uint64:
    """Eight bytes from `at` on: one load, as the compiler makes of it."""
    one = np.uint64(1)
    total = np.uint64(data[at])
    total |= np.uint64(data[at + one]) << np.uint64(8)
    total |= np.uint64(data[at + np.uint64(2)]) << np.uint64(16)
    total |= np.uint64(data[at + np.uint64(3)]) << np.uint64(24)
    total |= np.uint64(data[at + np.uint64(4)]) << np.uint64(32)
    total |= np.uint64(data[at + np.uint64(5)]) << np.uint64(40)
    total |= np.uint64(data[at + np.uint64(6)]) << np.uint64(48)
    total |= np.uint64(data[at + np.uint64(7)]) << np.uint64(56)
    return total


@compiled
def hashed(data: Some, begin: int, end: int) -> np.uint64:
    """The hash of bytes begin … end: eight at a time, the last eight perhaps overlapping."""
    total, eight = np.uint64(end - begin) * _MIX, np.uint64(8)
    if end - begin < 8:
        last = np.uint64(0)
        for short in range(begin, end):
            last = (last << eight) | np.uint64(data[short])
    else:
        at, stop = np.uint64(begin), np.uint64(end) - eight
        while at < stop:
            total = (total ^ word(data, at)) * SPREAD
            total ^= total >> _HALF
            at += eight
        last = word(data, stop)
    total = (total ^ last) * SPREAD
    total ^= total >> _HALF
    return total * _MIX


@compiled
def same(one: Some, begin: int, end: int, other: Some, first: int, last: int) -> bool:
    """Whether bytes begin … end of one are bytes first … last of the other."""
    if end - begin != last - first:
        return False
    if end - begin < 8:
        for step in range(end - begin):  # noqa: SIM110 (numba has no generators of this kind)
            if one[begin + step] != other[first + step]:
                return False
        return True
    eight = np.uint64(8)
    at, there, stop = np.uint64(begin), np.uint64(first), np.uint64(end) - eight
    while at < stop:
        if word(one, at) != word(other, there):
            return False
        at += eight
        there += eight
    return bool(word(one, stop) == word(other, np.uint64(last) - eight))


def texts_table(offset: Numbers, data: Some, bits: int) -> tuple[int, Numbers]:
    """(first row whose id was there before, or −1; table of half the hash and row + 1, uint64)."""
    table, rows = np.zeros(1 << bits, np.uint64), offset.size - 1
    keys = np.empty(rows, np.uint64)
    if rows < _WORTH_TWO:
        hashes(offset, data, 0, rows, keys)
    else:
        with ThreadPoolExecutor(1) as beside:
            second = beside.submit(hashes, offset, data, rows // 2, rows, keys)
            hashes(offset, data, 0, rows // 2, keys)
            second.result()
    return _by_halves(_texts_put, rows, table, bits, offset, data, keys), table


@compiled
def hashes(offset: Numbers, data: Some, begin: int, end: int, keys: Numbers) -> None:
    """The hashes of texts begin … end."""
    for row in range(begin, end):
        keys[row] = hashed(data, offset[row], offset[row + 1])


@compiled
def _texts_put(
    table: Numbers, bits: int, offset: Numbers, data: Some, keys: Numbers, rows: Some, half: int
) -> tuple[int, Some]:
    """As `_numbers_put`."""
    mask, shift = (1 << bits) - 1, np.uint64(64 - bits)
    low = np.uint64(0xFFFFFFFF)
    begin, end = (0, 1 << bits) if half == _ALL else (half << (bits - 1), (half + 1) << (bits - 1))
    left = np.empty(0 if half == _ALL else keys.size, np.int32)
    over = 0
    for turn in range(rows.size if half == _ALL else keys.size):
        row = rows[turn] if half == _ALL else turn
        place, tag = np.int64(keys[row] >> shift), keys[row] & low
        if not begin <= place < end:
            continue
        while table[place] != 0:
            if table[place] >> _HALF == tag:
                there = np.int64(table[place] & low) - 1
                if same(data, offset[row], offset[row + 1], data, offset[there], offset[there + 1]):
                    return row, left[:over]
            place = (place + 1) & mask if half == _ALL else place + 1
            if place == end:
                break
        if place == end:
            left[over] = row
            over += 1
        else:
            table[place] = (tag << _HALF) | np.uint64(row + 1)
    return -1, left[:over]


@compiled
def texts_found(
    table: Numbers, bits: int, offset: Numbers, data: Some, asked_offset: Numbers, asked: Some
) -> Some:
    """The row of each text, int32; −1 where it is none's."""
    count = asked_offset.size - 1
    found = np.full(count, -1, np.int32)
    mask, shift = (1 << bits) - 1, np.uint64(64 - bits)
    low = np.uint64(0xFFFFFFFF)
    keys, begins = np.empty(_BLOCK, np.uint64), np.empty(_BLOCK, np.int64)
    touched = np.zeros(1, np.uint8)
    for block in range(0, count, _BLOCK):
        size = min(_BLOCK, count - block)
        for turn in range(size):
            keys[turn] = hashed(asked, asked_offset[block + turn], asked_offset[block + turn + 1])
        for turn in range(size):
            begins[turn] = np.int64(table[np.int64(keys[turn] >> shift)] & low) - 1
        for turn in range(size):
            if begins[turn] >= 0:
                begins[turn] = offset[begins[turn]]
        for turn in range(size):
            if 0 <= begins[turn] < data.size:
                touched[0] |= data[begins[turn]]
        for turn in range(size):
            at, key = block + turn, keys[turn]
            begin, end = asked_offset[at], asked_offset[at + 1]
            place, tag = np.int64(key >> shift), key & low
            while table[place] != 0:
                if table[place] >> _HALF == tag:
                    there = np.int64(table[place] & low) - 1
                    if same(asked, begin, end, data, offset[there], offset[there + 1]):
                        found[at] = there
                        break
                place = (place + 1) & mask
    return found
