"""The customers whom referrals name, numbered 0 … k−1: who is in no referral has no part in any sum.

`named` joins both tables by parts (`parts`), with numba; without it, and where it is not worth its import, customers
keep the numbers of their rows (`ids`).
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Executor
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from refnet.analysis.influence.ids import Ids, Rows
from refnet.analysis.influence.network import worth_compiling

Keys = list[npt.NDArray[np.int64]]

_PART = 1 << 15  # customers of a part at most, on average: their keys and table stay in a core's own memory
_ROUND = 48 << 20  # bytes of keys and rows that are put down at a time
_KEY = 12  # bytes of a key and its row


class Named(NamedTuple):
    """Who is named.

    Attributes:
        rows: int32, shape (k,), rising: the row of each number among customers; None: numbers are rows.
        referrer, referee: int32, shape (m,): numbers; −1 where an id is missing or nobody's.
    """

    rows: Rows | None
    referrer: Rows
    referee: Rows


def named(
    customers: Any,
    referrers: Any,
    referees: Any,
    beside: Executor,
    compiled: bool | None = None,
    *,
    room: npt.NDArray[Any] | None = None,
) -> Named:
    """Whom referrals name.

    Args:
        customers, referrers, referees: chunked arrays of pyarrow, whole numbers or texts.
        beside: does half of the work.
        compiled: by `parts`, or by `Ids`; None: as is quicker.
        room: memory to work in, which is written over.

    Raises:
        InputError: as `Ids`.

    Complexity: O(n + m) in a core's own memory; besides what it returns at most 48 MB or the largest part, of texts 8
    bytes an id more.

    """
    if worth_compiling(len(customers), max(len(customers), 2 * len(referees)), compiled):
        made = _by_parts(customers, referrers, referees, beside, room)
        if made is not None:
            return made
    ids = Ids(customers, compiled=compiled)
    return Named(None, ids.rows(referrers, column="referrer_id"), ids.rows(referees, column="referee_id"))


def _by_parts(
    customers: Any, referrers: Any, referees: Any, beside: Executor, room: npt.NDArray[Any] | None
) -> Named | None:
    """None: leave it to `Ids`, which knows other kinds, and says what is wrong."""
    from refnet.analysis.influence import texts

    columns = [_one_kind(column) for column in (customers, referrers, referees)]
    kinds = {None if column is None else pa.types.is_integer(column.type) for column in columns}
    if None in kinds or len(kinds) != 1 or columns[0].null_count or not len(columns[0]):
        return None
    people, tails, heads = columns
    (whole,) = kinds
    keys = [_numbers(column) for column in columns] if whole else texts.keys(columns, beside)
    twice, found = join(keys[0], [*keys[1], *keys[2]], beside, room=room)
    if twice >= 0:
        return None
    del keys
    found_by = ((tails, found[: len(tails)]), (heads, found[len(tails) :]))
    if not whole and not texts.agree(people, found_by, beside):
        return None  # two texts of one hash
    for column, rows in found_by:
        if column.null_count:
            rows[np.asarray(column.is_null())] = -1
    return Named(numbers(found, len(people), beside), found[: len(tails)], found[len(tails) :])


def join(
    keys: Keys,
    asked: Keys,
    beside: Executor,
    *,
    part: int = _PART,
    most: int = _ROUND,
    room: npt.NDArray[Any] | None = None,
) -> tuple[int, Rows]:
    """(the first row whose key was there before or −1, the row of each key that is asked for, −1 where it has none).

    Args:
        keys, asked: int64, in pieces.
        beside: does half of the work.
        part: keys of a part, on average, at most.
        most: bytes that a round puts down, if no part alone is more.
        room: memory for that, which is written over; it is used as far as it goes.
    """
    from refnet.analysis.influence import parts

    take = _Taken(room)

    total = [sum(piece.size for piece in each) for each in (keys, asked)]
    bits = max(1, (total[0] // part).bit_length())
    halves = [[_half(each, side) for side in (0, 1)] for each in (keys, asked)]
    count = np.zeros((2, 2, 1 << bits), dtype=np.int64)  # customers or claims; by thread; by part

    def counting(side: int) -> None:
        for each, own in zip(halves, count, strict=True):
            for piece, _ in each[side]:
                parts.counted(piece, bits, own[side])

    _both(beside, counting)
    size = count.sum(axis=1)
    largest = int(size[0].max())
    tables = [take(1 << (largest + (largest >> 1) + 1).bit_length(), np.int32) for _ in (0, 1)]
    rounds = _rounds(size.sum(axis=0) * _KEY, most)
    widest = [max(int(each[begin:end].sum()) for begin, end in rounds) for each in size]
    # Beyond what is put down, a place for each thread to write what is of another round.
    held = [(take(wide + 32, np.int64), take(wide + 32, np.int32)) for wide in widest]
    found = np.empty(total[1], dtype=np.int32)
    twice = []
    for begin, end in rounds:
        own = slice(begin, end)
        starts = [np.append(0, np.cumsum(each[own])) for each in size]

        def putting(side: int, own: slice = own, starts: list[Any] = starts) -> None:
            for which in (0, 1):
                place = np.full(1 << bits, widest[which] + 31 * side, dtype=np.int64)
                place[own] = starts[which][:-1] + side * count[which, 0, own]
                step = np.zeros(1 << bits, dtype=np.int64)
                step[own] = 1
                for piece, first in halves[which][side]:
                    parts.put_down(piece, first, bits, place, step, *held[which])

        middle = int(np.searchsorted(starts[0] + starts[1], (starts[0][-1] + starts[1][-1]) // 2))

        def joining(side: int, middle: int = middle, starts: list[Any] = starts) -> None:
            key, claimed = (each[middle:] if side else each[: middle + 1] for each in starts)
            twice.append(parts.joined(*held[0], key, *held[1], claimed, bits, tables[side], found))

        _both(beside, putting)
        _both(beside, joining)
    return min((row for row in twice if row >= 0), default=-1), found


class _Taken:
    """Arrays out of memory that is there, one after the other, and new ones where it does not reach."""

    def __init__(self, room: npt.NDArray[Any] | None) -> None:
        self._room = np.empty(0, dtype=np.uint8) if room is None else room.view(np.uint8)

    def __call__(self, size: int, kind: npt.DTypeLike) -> npt.NDArray[Any]:
        wide = (
            -(-size * np.dtype(kind).itemsize // 64) * 64
        )  # what follows begins with a line of a core's memory
        if wide > self._room.size:
            return np.empty(size, dtype=kind)
        own, self._room = self._room[:wide], self._room[wide:]
        return own.view(kind)[:size]


def numbers(found: Rows, rows: int, beside: Executor) -> Rows:
    """The rows that were found, each once and rising; in `found` they become places in it, −1 stays.

    A bit for each row says whether it was found, and how many bits are set before it what its number is: both lie in
    a core's own memory where the numbers themselves would not.
    """
    from refnet.analysis.influence import bits

    bit = np.zeros((2, rows // 64 + 1), dtype=np.uint64)  # of each thread
    sides = found[: found.size // 2], found[found.size // 2 :]
    _both(beside, lambda side: bits.marked(sides[side], bit[side]))
    bit[0] |= bit[1]
    before = np.empty(bit.shape[1], dtype=np.int32)
    named_rows = np.empty(bits.ranks(bit[0], before), dtype=np.int32)
    bits.rows_of(bit[0], named_rows)
    _both(beside, lambda side: bits.numbered(sides[side], bit[0], before))
    return named_rows


def _both(beside: Executor, work: Callable[[int], None]) -> None:
    other = beside.submit(work, 1)
    work(0)
    other.result()


def _half(pieces: Keys, side: int) -> list[tuple[npt.NDArray[np.int64], int]]:
    """What lies in the first half of all rows, or in the second; and the row that each piece of it begins at."""
    total, begin, found = sum(piece.size for piece in pieces), 0, []
    low, high = (0, total // 2) if side == 0 else (total // 2, total)
    for piece in pieces:
        first, last = max(low - begin, 0), min(high - begin, piece.size)
        if first < last:
            found.append((piece[first:last], begin + first))
        begin += piece.size
    return found


def _rounds(size: npt.NDArray[np.int64], most: int) -> list[tuple[int, int]]:
    """Parts from … to, one after the other, each of at most so many bytes where no single part has more."""
    bounds, held = [0], 0
    for part, own in enumerate(size.tolist()):
        if held and held + own > most:
            bounds.append(part)
            held = 0
        held += own
    return list(zip(bounds, [*bounds[1:], size.size], strict=True))


def _one_kind(column: Any) -> Any:
    """A chunked array of int64 or (large) strings; None where it is neither."""
    column = column if isinstance(column, pa.ChunkedArray) else pa.chunked_array([column])
    kind = column.type
    if pa.types.is_integer(kind) and kind != pa.uint64():
        return column.cast(pa.int64())
    if pa.types.is_string(kind) or pa.types.is_large_string(kind):
        return column
    return None


def _numbers(column: Any) -> Keys:
    """Values in place; whatever is below a gap."""
    found = []
    for chunk in column.chunks:
        if len(chunk):
            held = np.frombuffer(chunk.buffers()[1], dtype=np.int64)
            found.append(held[chunk.offset : chunk.offset + len(chunk)])
    return found
