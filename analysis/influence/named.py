"""The customers whom referrals name, numbered 0 … k−1: who is in no referral has no part in any sum.

`named` joins both tables by parts (`parts`), with numba; without it, and where it is not worth its import, customers
keep the numbers of their rows (`ids`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
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
_MOST = np.iinfo(np.int32).max


class Named(NamedTuple):
    """Who is named.

    Attributes:
        rows: int32, shape (k,): the row of each number among customers; None: numbers are rows.
        referrer, referee: int32, shape (m,): numbers; −1 where an id is missing or nobody's.
    """

    rows: Rows | None
    referrer: Rows
    referee: Rows


def named(
    customers: Any, referrers: Any, referees: Any, beside: Executor, compiled: bool | None = None
) -> Named:
    """Whom referrals name.

    Args:
        customers, referrers, referees: chunked arrays of pyarrow, whole numbers or texts.
        beside: does half of the work.
        compiled: by `parts`, or by `Ids`; None: as is quicker.

    Raises:
        InputError: as `Ids`.

    Complexity: O(n + m) in a core's own memory; besides what it returns at most 48 MB or the largest part, of texts 8
    bytes an id more.

    """
    if worth_compiling(len(customers), max(len(customers), 2 * len(referees)), compiled):
        made = _by_parts(customers, referrers, referees, beside)
        if made is not None:
            return made
    ids = Ids(customers, compiled=compiled)
    return Named(None, ids.rows(referrers, column="referrer_id"), ids.rows(referees, column="referee_id"))


def _by_parts(customers: Any, referrers: Any, referees: Any, beside: Executor) -> Named | None:
    """None: leave it to `Ids`, which knows other kinds, and says what is wrong."""
    from refnet.analysis.influence import texts

    columns = [_one_kind(column) for column in (customers, referrers, referees)]
    kinds = {column.type for column in columns if column is not None}
    if None in columns or len(kinds) != 1 or columns[0].null_count or not len(columns[0]):
        return None
    people, tails, heads = columns
    if kinds == {pa.int64()}:
        keys = [_numbers(column) for column in columns]
    else:
        keys = texts.keys(columns, beside)
    twice, rows, number = join(keys[0], [*keys[1], *keys[2]], beside)
    if twice >= 0:
        return None
    del keys
    made = Named(rows, number[: len(tails)], number[len(tails) :])
    if kinds != {pa.int64()} and not texts.agree(
        people, rows, ((tails, made.referrer), (heads, made.referee)), beside
    ):
        return None  # two texts of one hash
    for column, numbers in ((tails, made.referrer), (heads, made.referee)):
        if column.null_count:
            numbers[np.asarray(column.is_null())] = -1
    return made


def join(
    keys: Keys, asked: Keys, beside: Executor, *, part: int = _PART, most: int = _ROUND
) -> tuple[int, Rows, Rows]:
    """(the first row whose key was there before or −1, rows of the keys that are asked for, the number of each asked).

    Args:
        keys, asked: int64, in pieces.
        beside: does half of the work.
        part: keys of a part, on average.
        most: bytes that a round puts down, if one part is not more.
    """
    from refnet.analysis.influence import parts

    both = [_placed(keys), _placed(asked)]
    total = [sum(piece.size for piece in each) for each in (keys, asked)]
    bits = max(1, (total[0] // part).bit_length())
    halves = [[_half(each, size, side) for side in (0, 1)] for each, size in zip(both, total, strict=True)]
    count = np.zeros((2, 2, 1 << bits), dtype=np.int64)  # customers or claims; by thread; by part

    def counting(side: int) -> None:
        for each, held in zip(halves, count, strict=True):
            for piece, _ in each[side]:
                parts.counted(piece, bits, held[side])

    _both(beside, counting)
    size = count.sum(axis=1)
    table = int(size[0].max())
    spare = [
        tuple(
            np.empty(wide, dtype=np.int32) for wide in (1 << max(table + (table >> 1), 1).bit_length(), table)
        )
        for _ in (0, 1)
    ]
    number = np.empty(total[1], dtype=np.int32)
    rounds = _rounds(size.sum(axis=0) * _KEY, most)
    # The second thread's parts of each round, and where its numbers begin: each part names so many at most.
    middles = [_middle(size.sum(axis=0), begin, end) for begin, end in rounds]
    named_most = np.minimum(*size)
    second = int(
        sum(named_most[begin:middle].sum() for (begin, _), middle in zip(rounds, middles, strict=True))
    )
    rows = np.empty(int(named_most.sum()), dtype=np.int32)
    ends, twice = [0, second], [-1, -1]
    widest = [int(max(size[which][begin:end].sum() for begin, end in rounds)) for which in (0, 1)]
    held = [(np.empty(wide + 32, dtype=np.int64), np.empty(wide + 32, dtype=np.int32)) for wide in widest]
    for (begin, end), middle in zip(rounds, middles, strict=True):
        start = [np.append(0, np.cumsum(size[which][begin:end])) for which in (0, 1)]

        def putting(side: int, begin: int = begin, end: int = end, start: list[Any] = start) -> None:
            for which in (0, 1):
                place = np.full(1 << bits, widest[which] + 31 * side, dtype=np.int64)
                place[begin:end] = start[which][:-1] + (count[which, 0, begin:end] if side else 0)
                step = np.zeros(1 << bits, dtype=np.int64)
                step[begin:end] = 1
                for piece, first in halves[which][side]:
                    parts.put_down(piece, first, bits, place, step, *held[which])

        def joining(
            side: int, first: int = begin, end: int = end, middle: int = middle, start: Any = start
        ) -> None:
            own = slice(0, middle - first + 1) if side == 0 else slice(middle - first, end - first + 1)
            (key, row), (claimed, claim) = held
            bounds = (start[0][own], start[1][own])
            ends[side], again = parts.joined(
                key,
                row,
                bounds[0],
                claimed,
                claim,
                bounds[1],
                bits,
                spare[side],
                number,
                rows,
                ends[side],
                second=side == 1,
            )
            twice[side] = min((each for each in (twice[side], again) if each >= 0), default=-1)

        _both(beside, putting)
        _both(beside, joining)
    parts.numbered_on(number, ends[0] - second)
    known = ends[0] + ends[1] - second
    rows[ends[0] : known] = rows[second : ends[1]]
    return min((row for row in twice if row >= 0), default=-1), rows[:known], number


def _both(beside: Executor, work: Callable[[int], None]) -> None:
    other = beside.submit(work, 1)
    work(0)
    other.result()


def _placed(pieces: Keys) -> list[tuple[npt.NDArray[np.int64], int]]:
    """Pieces and the row each begins at."""
    begins = np.cumsum([0, *(piece.size for piece in pieces)]).tolist()
    return list(zip(pieces, begins[:-1], strict=True))


def _half(
    pieces: Iterable[tuple[npt.NDArray[np.int64], int]], total: int, side: int
) -> list[tuple[npt.NDArray[np.int64], int]]:
    """What lies in the first half of all rows, or in the second."""
    low, high = (0, total // 2) if side == 0 else (total // 2, total)
    found = []
    for piece, begin in pieces:
        first, last = max(low - begin, 0), min(high - begin, piece.size)
        if first < last:
            found.append((piece[first:last], begin + first))
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


def _middle(size: npt.NDArray[np.int64], begin: int, end: int) -> int:
    """The part of a round at which about half of the work is done."""
    done = np.cumsum(size[begin:end])
    return begin + int(np.searchsorted(done, done[-1] // 2))


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
