"""Met: of rows that say the same thing at about the same time, which ones another row has said already.

Of each row that was met three numbers are kept, 24 bytes: a hash of what it says, its time, a hash of whose it is.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from refnet.loaders.cells import time
from refnet.loaders.sources.mapping import Once

Mask = npt.NDArray[np.bool_]
Numbers = npt.NDArray[np.int64]

_Level = tuple[Numbers, Numbers, Numbers]

# Whose a row is that has no id: nobody's, so that any other one may be the same.
_NOBODY = 0

_PRIME = np.int64(1_000_003)
_LEAST, _MOST = np.iinfo(np.int64).min, np.iinfo(np.int64).max


class Met:
    """What was met, by the hash of what it says.

    Args:
        once: the columns that say the same, the one of the time, and within how many minutes.
    """

    def __init__(self, once: Once) -> None:
        self.once = once
        # By what they say, sorted; each more than twice as long as the next.
        self._levels: list[_Level] = []

    def again(self, frame: pd.DataFrame, wanted: Mask, id_column: str | None) -> list[int]:
        """The places of rows that say what another one said at about that time; a row of the same id is no other."""
        if self.once.at not in frame or any(name not in frame for name in self.once.same):
            return []
        same = [frame[name] for name in self.once.same]
        stamps = time(frame[self.once.at])
        known = wanted & stamps.notna().to_numpy(dtype=np.bool_)
        for values in same:
            known &= values.notna().to_numpy(dtype=np.bool_)
        places = np.flatnonzero(known)
        if not len(places):
            return []
        at: Numbers = stamps.iloc[places].to_numpy(dtype="datetime64[s]").astype(np.int64)
        said = _hashes(same[0].iloc[places])
        for values in same[1:]:
            said = said * _PRIME ^ _hashes(values.iloc[places])
        whose = np.full(len(places), _NOBODY, dtype=np.int64)
        if id_column is not None and id_column in frame:
            whose = _whose(frame[id_column].iloc[places])
        out = self._repeated(said, at, whose)
        kept = np.ones(len(places), dtype=np.bool_)
        kept[out] = False
        self._keep(said[kept], at[kept], whose[kept])
        return places[out].tolist()  # type: ignore[no-any-return]

    def _repeated(self, said: Numbers, at: Numbers, whose: Numbers) -> list[int]:
        """Which of these rows another one has said before; nearly all say what no other does, and are not looked at."""
        keys_of, which, counts = np.unique(said, return_inverse=True, return_counts=True)
        # What only one says, be it in many rows, no other has said; nobody is another one each time.
        low, high = np.full(len(keys_of), _MOST), np.full(len(keys_of), _LEAST)
        np.minimum.at(low, which, whose)
        np.maximum.at(high, which, whose)
        for keys, _, owners in self._levels:
            starts, stops = np.searchsorted(keys, keys_of), np.searchsorted(keys, keys_of, side="right")
            met = stops > starts
            counts += stops - starts
            for place in (starts[met], stops[met] - 1):
                low[met] = np.minimum(low[met], owners[place])
                high[met] = np.maximum(high[met], owners[place])
            several = stops > starts + 2
            low[several], high[several] = _LEAST, _MOST
        alike = (low != high) | ((low == _NOBODY) & (counts > 1))
        rows = np.flatnonzero(alike[which])
        before: dict[int, list[tuple[int, int]]] = {key: [] for key in said[rows].tolist()}
        asked = np.array(list(before), dtype=np.int64)
        for keys, times, owners in self._levels:
            starts, stops = np.searchsorted(keys, asked), np.searchsorted(keys, asked, side="right")
            for place in np.flatnonzero(stops > starts).tolist():
                part = slice(starts[place], stops[place])
                before[int(asked[place])] += zip(times[part].tolist(), owners[part].tolist(), strict=True)
        within = self.once.minutes * 60
        repeated: list[int] = []
        for row in rows.tolist():
            then, owner = int(at[row]), int(whose[row])
            others = before[int(said[row])]
            if any(
                abs(then - when) <= within and (owner != other or owner == _NOBODY) for when, other in others
            ):
                repeated.append(row)
            else:
                others.append((then, owner))
        return repeated

    def _keep(self, said: Numbers, at: Numbers, whose: Numbers) -> None:
        while self._levels and len(self._levels[-1][0]) <= 2 * len(said):
            before = self._levels.pop()
            said, at, whose = (np.concatenate(pair) for pair in zip(before, (said, at, whose), strict=True))
        order = np.argsort(said, kind="stable")
        if len(order):
            self._levels.append((said[order], at[order], whose[order]))


def _whose(ids: pd.Series[Any]) -> Numbers:
    found = _hashes(ids)
    found[found == _NOBODY] = 1
    found[ids.isna().to_numpy(dtype=np.bool_)] = _NOBODY
    return found


def _hashes(values: pd.Series[Any]) -> Numbers:
    """Of each text, the same in every chunk."""
    return pd.util.hash_array(values.to_numpy(dtype=object), categorize=False).view(np.int64)
