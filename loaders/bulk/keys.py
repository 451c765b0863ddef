"""Which rows of a file hold, and which ids there are, in sixteen bytes a row: never the ids themselves."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

Mask = npt.NDArray[np.bool_]
_OTHER = "refnet, other   "  # the second hash's key; pandas asks for sixteen characters


class Keys:
    """Ids in the order of their rows, as 128 bits of hash each: two alike among 10⁹ are as likely as 10⁻²⁰.

    `add` them all, then `settle`, then ask.
    """

    def __init__(self) -> None:
        self._parts: list[tuple[npt.NDArray[np.uint64], npt.NDArray[np.uint64]]] = []
        self.holds: Mask = np.zeros(0, dtype=np.bool_)
        """For each row added, whether it is the last of its id: of two rows with one id the later one holds."""
        self._there: npt.NDArray[np.uint64] = np.zeros(0, dtype=np.uint64)

    def add(self, keys: Sequence[str]) -> None:
        """The next rows' ids."""
        self._parts.append((_hash(keys), _hash(keys, _OTHER)))

    def settle(self) -> None:
        """All rows have been added."""
        if not self._parts:
            return
        first, second = (np.concatenate([part[n] for part in self._parts]) for n in (0, 1))
        self._parts = []
        order = np.lexsort((second, first))  # rows of one id stay in their order
        first, second = first[order], second[order]
        last = np.append((first[1:] != first[:-1]) | (second[1:] != second[:-1]), True)
        self.holds = np.zeros(len(order), dtype=np.bool_)
        self.holds[order[last]] = True
        self._there = first[last]

    def has(self, keys: Sequence[str | None]) -> Mask:
        """Whether each id is one of those; None is not."""
        return self.places(keys) >= 0

    def places(self, keys: Sequence[str | None]) -> npt.NDArray[np.intp]:
        """The place of each id among those that there are, in an order of their own; -1 where it is none of them.

        By 64 bits: what they miss the import tool refuses.
        """
        given = np.array([key is not None for key in keys], dtype=np.bool_)
        found = np.full(len(given), -1, dtype=np.intp)
        if len(self._there) and given.any():
            hashes = _hash([key for key in keys if key is not None])
            places = np.minimum(np.searchsorted(self._there, hashes), len(self._there) - 1)
            found[given] = np.where(self._there[places] == hashes, places, -1)
        return found

    def __len__(self) -> int:
        return len(self._there)


def _hash(keys: Sequence[str], key: str = "0123456789123456") -> npt.NDArray[np.uint64]:
    return np.asarray(
        pd.util.hash_array(np.asarray(keys, dtype=object), hash_key=key, categorize=False), dtype=np.uint64
    )
