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
        said = np.fromiter(
            map(hash, zip(*(values.iloc[places].tolist() for values in same), strict=True)),
            np.int64,
            len(places),
        )
        whose = np.full(len(places), hash(""), dtype=np.int64)
        if id_column is not None and id_column in frame:
            ids = frame[id_column].iloc[places].tolist()
            whose = np.fromiter(map(_whose, ids), np.int64, len(ids))
        out = self._repeated(said, at, whose)
        kept = np.ones(len(places), dtype=np.bool_)
        kept[out] = False
        self._keep(said[kept], at[kept], whose[kept])
        return places[out].tolist()  # type: ignore[no-any-return]

    def _repeated(self, said: Numbers, at: Numbers, whose: Numbers) -> list[int]:
        """Which of these rows another one has said before; nearly all say what no other does, and are not looked at."""
        _, which, counts = np.unique(said, return_inverse=True, return_counts=True)
        alike = counts[which] > 1
        for keys, _, _ in self._levels:
            found = np.minimum(np.searchsorted(keys, said), len(keys) - 1)
            alike |= keys[found] == said
        rows = np.flatnonzero(alike)
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


def _whose(row_id: Any) -> int:
    return hash(row_id) or 1 if isinstance(row_id, str) else _NOBODY
