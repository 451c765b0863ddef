"""Which customers referrals name, by parts that lie in a core's own memory: the compiled loops of `named`.

Keys are whole numbers of 64 bits: ids, or the hashes of texts. The hash of a key says its part; customers and claims
are put down part by part, and one part after the other joined by a small table (S. Manegold, P. Boncz, M. Kersten,
'Optimizing main-memory join on modern hardware', 2002). What is written at a time is kept small by doing some parts
in each round: to read all keys again costs less than memory that nobody has touched.
"""

from __future__ import annotations

import numpy as np

from refnet.analysis.influence.hashing import SPREAD
from refnet.analysis.influence.loops import Floats, Ints, Numbers, Some, compiled

_BLOCK = 4096  # answers that are in a core's own memory together


@compiled
def counted(keys: Ints, bits: int, count: Ints) -> None:
    """Add to `count`, shape (2^bits,), how many keys each part has."""
    shift = np.uint64(64 - bits)
    for at in range(keys.size):
        count[(np.uint64(keys[at]) * SPREAD) >> shift] += 1


@compiled
def put_down(keys: Ints, begin: int, bits: int, place: Ints, step: Ints, held: Ints, row: Some) -> None:
    """Keys, and their rows from `begin` on, to where their part is: place[part], which moves by step[part].

    Parts of other rounds have a place that is overwritten, and step 0: no branch that a processor could get wrong.
    """
    shift = np.uint64(64 - bits)
    for turn in range(keys.size):
        part = (np.uint64(keys[turn]) * SPREAD) >> shift
        at = np.uint64(place[part])
        held[at] = keys[turn]
        row[at] = begin + turn
        place[part] += step[part]


@compiled
def joined(
    key: Ints,
    row: Some,
    start: Ints,
    asked: Ints,
    claim: Some,
    asked_start: Ints,
    bits: int,
    table: Some,
    found: Some,
) -> int:
    """Join some parts: the first row whose key was there before, or −1.

    Args:
        key, row: the customers, part by part: start[i] … start[i + 1].
        asked, claim: keys that are looked for and where their answer goes, by `asked_start`.
        bits: of the hash that the parts have used up.
        table: int32, for one part at a time: a power of two of places, above 1.5 × the largest part.
        found: the row of each claim, −1 where it is nobody's.
    """
    twice = -1
    for part in range(start.size - 1):
        first, size = start[part], start[part + 1] - start[part]
        wide = 1
        while (1 << wide) < size + (size >> 1) + 1:
            wide += 1
        mask, shift, used = np.uint64((1 << wide) - 1), np.uint64(64 - wide), np.uint64(bits)
        table[: 1 << wide] = 0
        for at in range(size):
            own = key[first + at]
            place = ((np.uint64(own) * SPREAD) << used) >> shift
            while table[place] != 0 and key[first + table[place] - 1] != own:
                place = (place + np.uint64(1)) & mask
            if table[place] != 0:
                if twice < 0 or row[first + at] < twice:
                    twice = int(row[first + at])
                break
            table[place] = at + 1
        for at in range(asked_start[part], asked_start[part + 1]):
            own = asked[at]
            place = ((np.uint64(own) * SPREAD) << used) >> shift
            while table[place] != 0 and key[first + table[place] - 1] != own:
                place = (place + np.uint64(1)) & mask
            found[claim[at]] = row[first + table[place] - 1] if table[place] != 0 else -1
    return twice


@compiled
def minor(amount: Floats, begin: int, rows: Some, scale: float, out: Ints) -> None:
    """Amounts from row `begin` on, of those that are `rows`, in minor units, as `to_minor` has them."""
    for at in range(rows.size):
        worth = amount[rows[at] - begin]
        out[at] = 0 if np.isnan(worth) else np.int64(np.rint(worth * scale))


@compiled
def told(total: Numbers, rows: Some, scale: float, out: Numbers, begin: int, end: int) -> None:
    """Sums of `rows`, divided by `scale`, to their places in begin … end of `out`; 0 to all others there.

    Block by block, so that what is cleared is still at hand when it is filled.
    """
    at = np.searchsorted(rows, begin)
    for first in range(begin, end, _BLOCK):
        last = min(first + _BLOCK, end)
        out[first:last] = 0
        while at < rows.size and rows[at] < last:
            out[rows[at]] = total[at] / scale
            at += 1
