"""Texts as ids of `named`: their hashes, and whether texts of one hash are the same; arrow's buffers as they are."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Executor
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from refnet.analysis.influence.hashing import hashes, same
from refnet.analysis.influence.loops import Numbers, Some, compiled

_BLOCK = 64  # comparisons whose accesses to memory are begun together: each alone would wait for its own
_PIECES = 8  # more of them are put together first: each is looked for in each


class Piece(NamedTuple):
    """Texts that follow each other: where each begins and ends, their bytes, the row of the first."""

    offset: Numbers
    data: Some
    begin: int


def pieces(column: Any) -> list[Piece]:
    """The chunks of a column of (large) strings."""
    begin, found = 0, []
    for chunk in column.chunks:
        if len(chunk):
            _, offset, data = chunk.buffers()
            kind = np.int64 if pa.types.is_large_string(chunk.type) else np.int32
            held = np.frombuffer(offset, dtype=kind)[chunk.offset : chunk.offset + len(chunk) + 1]
            there = data is not None and len(data) > 0
            found.append(Piece(held, np.frombuffer(data, dtype=np.uint8) if there else _NOTHING, begin))
            begin += len(chunk)
    return found


_NOTHING = np.zeros(1, dtype=np.uint8)


def keys(columns: Sequence[Any], beside: Executor) -> list[list[npt.NDArray[np.int64]]]:
    """The hash of each text, a piece for a column."""
    found = [np.empty(len(column), dtype=np.uint64) for column in columns]
    work = []
    for column, held in zip(columns, found, strict=True):
        for offset, data, begin in pieces(column):
            own = held[begin : begin + offset.size - 1]
            middle = own.size // 2
            work.append(((offset, data, 0, middle, own), (offset, data, middle, own.size, own)))

    def hashing(side: int) -> None:
        for each in work:
            hashes(*each[side])

    other = beside.submit(hashing, 1)
    hashing(0)
    other.result()
    return [[each.view(np.int64)] for each in found]


def agree(people: Any, asked: Sequence[tuple[Any, Some]], beside: Executor) -> bool:
    """Whether all texts that found a row are the text of that row.

    Args:
        people: the column of customers.
        asked: two columns of texts and the rows they found, −1: none.
        beside: does half of the work.
    """
    if people.num_chunks > _PIECES:
        people = pa.chunked_array([pa.concat_arrays([c.cast(pa.large_string()) for c in people.chunks])])
    there = pieces(people)

    def agreeing(column: Any, row: Some) -> bool:
        return all(
            _agreeing(one.offset, one.data, one.begin, other.offset, other.data, row[other.begin :])
            for one in there
            for other in pieces(column)
        )

    first, second = asked
    waiting = beside.submit(agreeing, *second)
    return agreeing(*first) and waiting.result()


@compiled
def _agreeing(offset: Numbers, data: Some, begin: int, asked_offset: Numbers, asked: Some, row: Some) -> bool:
    """Whether texts that found one of the rows from `begin` on are the same as there."""
    count, size = asked_offset.size - 1, offset.size - 1
    own, first = np.empty(_BLOCK, np.int64), np.empty(_BLOCK, np.int64)
    touched = np.zeros(1, np.uint8)
    for block in range(0, count, _BLOCK):
        wide = 0
        for at in range(block, min(block + _BLOCK, count)):
            own[wide] = at  # written over by the next if it is not of these rows
            wide += int(begin <= row[at] < begin + size)
        for turn in range(wide):
            first[turn] = offset[row[own[turn]] - begin]
        for turn in range(wide):
            touched[0] |= data[min(first[turn], data.size - 1)]
        for turn in range(wide):
            at = own[turn]
            if not same(
                asked, asked_offset[at], asked_offset[at + 1], data, first[turn], offset[row[at] - begin + 1]
            ):
                return False
    return True
