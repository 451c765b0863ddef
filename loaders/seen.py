"""Seen: what a load has met, in as little memory as goes. Millions of ids as Python's own sets are a gigabyte.

Both grow as levels: what is new is kept beside what is there, and put together with it when it has become as many. So
each id is moved some twenty times in all, however many chunks bring them, and there is never much more than one copy.
"""

from __future__ import annotations

import itertools
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute

_SHARDS, _FEW = 16, 10_000

Hashes = npt.NDArray[np.uint64]


class Seen:
    """Which keys were met, as hashes: eight bytes a key.

    Attributes:
        again: how many came again.
    """

    def __init__(self) -> None:
        self.again = 0
        # Sorted, each more than twice as long as the next.
        self._levels: list[Hashes] = []

    def meet(self, keys: Sequence[str]) -> bool:
        """Note keys that differ from each other; whether one of them was met before."""
        new = np.sort(pd.util.hash_array(np.asarray(keys, dtype=object), categorize=False))
        met = np.zeros(len(new), dtype=np.bool_)
        for level in self._levels:
            places = np.searchsorted(level, new)
            met |= level[np.minimum(places, len(level) - 1)] == new
        old = int(met.sum())
        self.again += old
        if old < len(new):
            self._keep(new[~met] if old else new)
        return old > 0

    def _keep(self, level: Hashes) -> None:
        while self._levels and len(self._levels[-1]) <= 2 * len(level):
            level = np.concatenate([self._levels.pop(), level])
            level.sort(kind="stable")  # of two sorted ones: they are merged, in place
        self._levels.append(level)


class Ids:
    """Ids, each once, side by side as text: some twenty bytes each.

    In shards, so that what putting together takes besides is little, too.
    """

    def __init__(self, ids: Iterable[str] = ()) -> None:
        self._shards = [_Shard() for _ in range(_SHARDS)]
        self.update(ids)

    def update(self, ids: Iterable[str]) -> None:
        """Add some; those that are there already are not added again."""
        parts: list[list[str]] = [[] for _ in self._shards]
        for each in ids:
            parts[zlib.crc32(each.encode()) % _SHARDS].append(each)
        for shard, part in zip(self._shards, parts, strict=True):
            if part:
                shard.add(part)

    def renamed(self, of: Mapping[str, str]) -> Ids:
        """Those that are in the mapping by what it has for them; the others as they are."""
        return Ids(of.get(each, each) for each in self) if of else self

    def parts(self, size: int) -> Iterator[list[str]]:
        """All of them, so many at a time."""
        left = iter(self)
        while part := list(itertools.islice(left, size)):
            yield part

    def __iter__(self) -> Iterator[str]:
        """All of them, in one order whatever order they came in."""
        for shard in self._shards:
            held = shard.held()
            yield from held.take(pa.compute.sort_indices(held)).to_pylist()

    def __len__(self) -> int:
        return sum(len(shard.held()) for shard in self._shards)


class _Shard:
    def __init__(self) -> None:
        self._held = pa.array([], pa.large_string())
        self._new: list[pa.Array] = []
        self._count = 0

    def add(self, ids: list[str]) -> None:
        self._new.append(pa.array(ids, pa.large_string()))
        self._count += len(ids)
        if self._count > max(len(self._held) // 2, _FEW):
            self.held()

    def held(self) -> pa.Array:
        """Each once."""
        if self._new:
            self._held = pa.chunked_array([self._held, *self._new]).unique()
            self._new, self._count = [], 0
        return self._held
