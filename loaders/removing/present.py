"""Present: which rows complete exports have, as hashes of their keys, eight bytes a row.

A row that is refused is present all the same, if it can be told which one it is. If it cannot, it might be any, and
nothing is removed by such an export.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from refnet.core.errors import InputError
from refnet.loaders.check import Checked, check
from refnet.loaders.files import Chunk
from refnet.loaders.headers import Source
from refnet.loaders.prepare import Preparer
from refnet.loaders.rows import Table
from refnet.loaders.summary import TableSummary

Mask = npt.NDArray[np.bool_]


@dataclass
class Keys:
    """The keys of one table and source.

    Attributes:
        columns: of the table, that the files have.
        unreadable: (file, row) of those of which it cannot be told which they are, the first few.
    """

    table: Table
    whose: str
    columns: set[str] = field(default_factory=set)
    unreadable: list[tuple[str, int]] = field(default_factory=list)
    _parts: list[npt.NDArray[np.uint64]] = field(default_factory=list)

    def add(self, keys: Sequence[str]) -> None:
        """Some more."""
        self._parts.append(_hashes(keys))

    def settle(self) -> None:
        """All of them have been added."""
        self._parts = [np.unique(np.concatenate([*self._parts, np.empty(0, dtype=np.uint64)]))]

    def have(self, keys: Sequence[str]) -> Mask:
        """Which of some keys are among them; two alike by chance of 2⁻⁶⁴, and then one is kept that could go."""
        there = self._parts[0]
        if not len(there):
            return np.zeros(len(keys), dtype=np.bool_)
        hashes = _hashes(keys)
        found: Mask = there[np.minimum(np.searchsorted(there, hashes), len(there) - 1)] == hashes
        return found


class Present:
    """The keys of every table and source that is loaded.

    Args:
        found: what is to be loaded.
        token_key: what tokens are hashed with: a row's key may be made of them.
        currency: the one that amounts are in.
    """

    def __init__(self, found: Iterable[Source], token_key: bytes, currency: str) -> None:
        self._token_key, self._currency = token_key, currency
        self._keys: dict[tuple[str, str], Keys] = {}
        for each in found:
            keys = self._keys.setdefault((each.table.name, each.whose), Keys(each.table, each.whose))
            keys.columns |= set(each.opened.columns)

    def meet(self, source: Source, chunk: Chunk, checked: Checked) -> None:
        """Note the rows of a chunk, those that hold and those that do not."""
        keys = self._keys[source.table.name, source.whose]
        if len(checked.frame) == len(chunk.frame):
            keys.add(self._of(source, checked.frame))
            lost = []
        else:
            lost = self._read_what_can_be(source, chunk, keys)
        lost += [reject.row for reject in chunk.rejects]  # lines that are no rows
        keys.unreadable += [(source.called, row) for row in lost]

    def settled(self, told: Sequence[TableSummary]) -> list[Keys]:
        """The keys, once all rows of all files were met.

        Args:
            told: what was read, for the files of refused rows.

        Raises:
            InputError: of a row it cannot be told which one it is, so that it is not known what is no longer there.
        """
        for keys in self._keys.values():
            if keys.unreadable:
                file, row = keys.unreadable[0]
                more = len(keys.unreadable) - 1
                also = f", and {more:,} more" if more else ""
                kept = next((each.rejects_file for each in told if each.source == file), None)
                raise InputError(
                    f"cannot be told from others{also}: which {keys.table.name} are no longer there is not known. "
                    "Nothing was loaded and nothing removed.",
                    file=file,
                    row=row,
                    hint=f"Mend it{f' ({kept} says what is wrong)' if kept else ''}, or load without --replace.",
                )
            keys.settle()
        return list(self._keys.values())

    def _of(self, source: Source, frame: pd.DataFrame) -> list[str]:
        """Keys of rows, of which the columns that tell them apart are enough."""
        table = source.table
        needed = [n for n in frame.columns if n == table.id_column or n in table.identity]
        if not len(frame):
            return []
        return Preparer(table, needed, existing=False, token_key=self._token_key).keys(frame)

    def _read_what_can_be(self, source: Source, chunk: Chunk, keys: Keys) -> list[int]:
        """The keys of rows of which some are refused; the numbers of those that have none."""
        table, frame = source.table, chunk.frame.reset_index(drop=True)
        left = np.arange(len(frame))
        if table.id_column is not None and table.id_column in frame:
            held, places = self._cells(table, frame, [table.id_column])
            given = held[table.id_column].notna().to_numpy(dtype=np.bool_)
            keys.add([str(key) for key in held[table.id_column][given]])
            lost = np.setdiff1d(left, places)
            left = places[~given]
        else:
            lost = left[:0]
        if len(left):  # rows without an id of their own are told by what they say
            held, places = self._cells(table, frame.iloc[left], [n for n in table.identity if n in frame])
            keys.add(self._of(source, held))
            lost = np.union1d(lost, np.setdiff1d(left, left[places]))
        return [int(chunk.rows[place]) for place in lost]

    def _cells(
        self, table: Table, frame: pd.DataFrame, columns: list[str]
    ) -> tuple[pd.DataFrame, npt.NDArray[np.int64]]:
        """The rows of which these columns hold, typed, and their places."""
        read = check(replace(table, rules=()), frame[columns], np.arange(len(frame)), self._currency)
        return read.frame, read.rows


def _hashes(keys: Sequence[str]) -> npt.NDArray[np.uint64]:
    return np.asarray(pd.util.hash_array(np.asarray(keys, dtype=object), categorize=False), dtype=np.uint64)
