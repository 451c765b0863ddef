"""Which customers referrals name, by parts that lie in a core's own memory: the compiled loops of `named`.

Keys are whole numbers of 64 bits: ids, or the hashes of texts. The hash of a key says its part; customers and claims
are put down part by part, and one part after the other joined by a small table (S. Manegold, P. Boncz, M. Kersten,
'Optimizing main-memory join on modern hardware', 2002). What is written at a time is kept small by doing some parts
in each round: to read all keys again costs less than memory that nobody has touched.
"""

from __future__ import annotations

import numpy as np

from refnet.analysis.influence.loops import Floats, Ints, Numbers, Some, compiled

_SPREAD = np.uint64(0x9E3779B97F4A7C15)  # 2^64 / golden ratio (Knuth, The Art of Computer Programming 3, 6.4)


@compiled
def counted(keys: Ints, bits: int, count: Ints) -> None:
    """Add to `count`, shape (2^bits,), how many keys each part has."""
    shift = np.uint64(64 - bits)
    for at in range(keys.size):
        count[(np.uint64(keys[at]) * _SPREAD) >> shift] += 1


@compiled
def put_down(keys: Ints, begin: int, bits: int, place: Ints, step: Ints, held: Ints, row: Some) -> None:
    """Keys, and their rows from `begin` on, to where their part is: place[part], which moves by step[part].

    Parts of other rounds have a place that is overwritten, and step 0: no branch that a processor could get wrong.
    """
    shift = np.uint64(64 - bits)
    for turn in range(keys.size):
        part = (np.uint64(keys[turn]) * _SPREAD) >> shift
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
    spare: tuple[Some, Some],
    number: Some,
    rows: Some,
    done: int,
    *,
    second: bool,
) -> tuple[int, int]:
    """(how many of `rows` are known now; the first row whose key was there before, or −1): join some parts.

    Args:
        key, row: the customers, part by part: start[i] … start[i + 1].
        asked, claim: keys that are looked for and where their answer goes in `number`, by `asked_start`; written over.
        bits: of the hash that the parts have used up.
        spare: int32, for a part's table (a power of two above 1.5 × the largest part) and its numbers.
        number: −1 for nobody's; else from 0 on, of the `second` thread from −2 down.
        rows: of customers by number; `done` of them are known, the others are added.
    """
    table, mark = spare
    twice = -1
    for part in range(start.size - 1):
        first, size = start[part], start[part + 1] - start[part]
        wide = 1
        while (1 << wide) < size + (size >> 1) + 1:
            wide += 1
        mask, shift, used = np.uint64((1 << wide) - 1), np.uint64(64 - wide), np.uint64(bits)
        table[: 1 << wide] = 0
        mark[:size] = 0
        for at in range(size):
            own = key[first + at]
            place = ((np.uint64(own) * _SPREAD) << used) >> shift
            while table[place] != 0 and key[first + table[place] - 1] != own:
                place = (place + np.uint64(1)) & mask
            if table[place] != 0:
                if twice < 0 or row[first + at] < twice:
                    twice = np.int64(row[first + at])
                break
            table[place] = at + 1
        for at in range(asked_start[part], asked_start[part + 1]):
            own = asked[at]
            place = ((np.uint64(own) * _SPREAD) << used) >> shift
            while table[place] != 0 and key[first + table[place] - 1] != own:
                place = (place + np.uint64(1)) & mask
            asked[at] = table[place]
            if table[place] != 0:
                mark[table[place] - 1] = 1
        for at in range(size):
            if mark[at] != 0:
                rows[done] = row[first + at]
                done += 1
                mark[at] = done
        for at in range(asked_start[part], asked_start[part + 1]):
            found = -1
            if asked[at] != 0:
                found = mark[asked[at] - 1] - 1
                if second:
                    found = -2 - found
            number[claim[at]] = found
    return done, twice


@compiled
def numbered_on(number: Some, further: int) -> None:
    """Numbers of the second thread as others are, and so much further on: where they follow those of the first."""
    for at in range(number.size):
        if number[at] < -1:
            number[at] = further - 2 - number[at]


@compiled
def minor(amount: Floats, begin: int, rows: Some, scale: float, out: Ints) -> None:
    """Amounts of those `rows` that lie from `begin` on in minor units, as `to_minor` rounds; unknown ones are nothing."""
    for at in range(rows.size):
        turn = rows[at] - begin
        if 0 <= turn < amount.size:
            worth = amount[turn]
            out[at] = 0 if np.isnan(worth) else np.int64(np.rint(worth * scale))


@compiled
def told(total: Numbers, rows: Some, scale: float, out: Numbers) -> None:
    """Sums of `rows`, divided by `scale`, to their places in `out`, which holds zeros."""
    for at in range(rows.size):
        if total[at] != 0:
            out[rows[at]] = total[at] / scale
