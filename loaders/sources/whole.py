"""Whole: what can only be told from all rows of a source, whichever file of a load they stand in and in what order.

Which rows say again what another one has said: of orders that were given back as a whole none does.
All of them are looked at before the first is made; of each some fifty bytes and its id are held while they are.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute

from refnet.loaders.cells import number, time
from refnet.loaders.columns import words
from refnet.loaders.schemas import TABLES
from refnet.loaders.sources.mapping import Once, Rows

Mask = npt.NDArray[np.bool_]
Numbers = npt.NDArray[np.int64]


class Part(NamedTuple):
    """Some rows of a file, in its order.

    Attributes:
        made: their canonical columns as text.
        wanted: which of them are rows of the table.
        refunds: which of them take money back instead.
        back: of each how much; infinite: all of it; nan: that is not said.
        of: the text by which two of them are one and the same.
    """

    made: pd.DataFrame
    wanted: Mask
    refunds: Mask
    back: npt.NDArray[np.float64]
    of: pd.Series[Any]


@dataclass
class Found:
    """What was found, by the place of a row among those of its file.

    Attributes:
        again: rows that say what another one says, in order.
        refunds: how many rows take money back.
    """

    again: Numbers = field(default_factory=lambda: np.empty(0, dtype=np.int64))
    refunds: int = 0


class Whole:
    """All rows that a file gives of one block of a mapping, and those of the files that it is joined with.

    Args:
        rows: what the mapping says of them.
        path: of the file.
        parts: reads them.
    """

    def __init__(self, rows: Rows, path: Path | None, parts: Callable[[], Iterator[Part]]) -> None:
        assert rows.once_within is not None
        self._table, self._once = rows.table, rows.once_within
        self._paths, self._files = [path], [parts]
        self._found: list[Found] | None = None
        self._in, self._place = self, 0

    def join(self, other: Whole) -> None:
        """Have another file looked at together with this one and those that it has, before any is asked about."""
        other._in, other._place = self, len(self._files)
        self._paths += other._paths
        self._files += other._files

    @property
    def paths(self) -> list[Path | None]:
        """Of all the files."""
        return self._in._paths

    def found(self) -> Found:
        """What was found in this file; all of them are read when one is first asked for."""
        of = self._in
        if of._found is None:
            of._found = of._look()
        return of._found[self._place]

    def _look(self) -> list[Found]:
        found = [Found() for _ in self._files]
        orders, back = _Orders(self._table, self._once), defaultdict[str, dict[str, float]](dict)
        for file, parts in enumerate(self._files):
            start = 0
            for part in parts():
                orders.meet(part, file, start)
                found[file].refunds += int(part.refunds.sum())
                for place, order, much, of in _refunds(part, self._table):
                    # What says so in two files, or of each of several affiliates, was given back once.
                    back[order][of or f"{file} {start + place}"] = much
                start += len(part.made)
        held = orders.amounts(set(back))
        whole = {order for order, amount in held.items() if math.fsum(back[order].values()) >= amount}
        for file, places in orders.again(whole).items():
            found[file].again = places
        return found


def _refunds(part: Part, table: str) -> Iterator[tuple[int, str, float, str | None]]:
    """Rows that say how much is given back of which order: their places, order, how much, and what tells them apart."""
    places = np.flatnonzero(part.refunds)
    id_column = TABLES[table].id_column
    if not len(places) or id_column is None:
        return
    orders, said = (_texts(each.iloc[places]) for each in (part.made[id_column], part.of))
    for place, order, of in zip(places.tolist(), orders, said, strict=True):
        much = abs(float(part.back[place]))
        if order is not None and not math.isnan(much):
            yield place, order, much, of


def _texts(values: pd.Series[Any]) -> list[str | None]:
    return [each if isinstance(each, str) else None for each in values.tolist()]


class _Orders:
    """Rows of a table by column: what they say, when, of what id, how much, and where they stand."""

    def __init__(self, table: str, once: Once) -> None:
        self._once = once
        self._id = TABLES[table].id_column
        self._types = {column.name: column.type for column in TABLES[table].columns}
        self._ids: list[pa.Array] = []
        self._amounts: list[npt.NDArray[np.float64]] = []
        self._said: list[npt.NDArray[np.uint64]] = []
        self._at: list[Numbers] = []
        self._file: list[npt.NDArray[np.int32]] = []
        self._place: list[Numbers] = []
        self._compared: list[Mask] = []

    def meet(self, part: Part, file: int, start: int) -> None:
        """Note the rows that are compared."""
        made = part.made
        compared = part.wanted & self._has(made)
        kept = np.flatnonzero(compared)
        if not len(kept):
            return
        frame = made.iloc[kept]
        none = pa.nulls(len(kept), pa.large_string())
        self._ids.append(words(frame[self._id]).cast(pa.large_string()) if self._id in frame else none)
        amounts = frame["amount"] if "amount" in frame else pd.Series(None, index=frame.index, dtype="str")
        self._amounts.append(number(amounts).to_numpy(dtype=np.float64))
        self._compared.append(compared[kept])
        said, at = _said(frame, self._once, self._types, compared[kept])
        self._said.append(said)
        self._at.append(at)
        self._file.append(np.full(len(kept), file, dtype=np.int32))
        self._place.append(start + kept.astype(np.int64))

    def amounts(self, ids: set[str]) -> dict[str, float]:
        """Of these orders, those that are there; of several rows the largest. One that is none counts as more."""
        held: dict[str, float] = {}
        wanted = pa.array(sorted(ids), pa.large_string())
        for rows, amounts in zip(self._ids, self._amounts, strict=True):
            there = pa.compute.is_in(rows, wanted).to_numpy(zero_copy_only=False) if ids else []
            for place in np.flatnonzero(there).tolist():
                amount = math.inf if math.isnan(amounts[place]) else float(amounts[place])
                held[rows[place].as_py()] = max(amount, held.get(rows[place].as_py(), 0.0))
        return held

    def again(self, whole: set[str]) -> dict[int, Numbers]:
        """The places of rows that say what another one said, by file; orders that were wholly given back are none."""
        if not self._ids:
            return {}
        compared: Mask = np.concatenate(self._compared)
        said, at = np.concatenate(self._said), np.concatenate(self._at)
        ids = pa.chunked_array(self._ids, pa.large_string())
        if whole:
            out = pa.compute.is_in(ids, pa.array(sorted(whole), pa.large_string()))
            compared = compared & ~out.to_numpy()
        rows = np.flatnonzero(compared)
        rows = rows[np.lexsort((at[rows], said[rows]))]
        within = int(self._once.minutes * 60)
        near = (np.diff(at[rows]) <= within) & (said[rows][1:] == said[rows][:-1])
        # Nearly all have no row near them that says the same.
        rows = rows[np.append(near, False) | np.insert(near, 0, False)] if len(rows) else rows
        files, places = np.concatenate(self._file), np.concatenate(self._place)
        whose = ids.take(pa.array(rows)).to_pylist()
        held = sorted(
            (int(said[row]), int(at[row]), of or "", int(files[row]), int(places[row]))
            for row, of in zip(rows.tolist(), whose, strict=True)
        )
        repeated: dict[int, list[int]] = defaultdict(list)
        kept: tuple[int, int, str] | None = None
        for what, when, of, file, place in held:
            near_kept = kept is not None and kept[0] == what and when - kept[1] <= within
            if near_kept and kept is not None and (not of or of != kept[2]):
                repeated[file].append(place)
            else:
                kept = (what, when, of)
        return {file: np.sort(np.array(each, dtype=np.int64)) for file, each in repeated.items()}

    def _has(self, made: pd.DataFrame) -> Mask:
        """Which rows have all that is compared."""
        has: Mask = np.ones(len(made), dtype=np.bool_)
        for name in [*self._once.same, self._once.at]:
            has &= made[name].notna().to_numpy(dtype=np.bool_) if name in made else np.False_
        return has


def _said(
    frame: pd.DataFrame, once: Once, types: dict[str, Any], compared: Mask
) -> tuple[npt.NDArray[np.uint64], Numbers]:
    """A number for what each row says, the same in every process, and its second; `compared` goes where it has none."""
    said, at = np.zeros(len(frame), dtype=np.uint64), np.zeros(len(frame), dtype=np.int64)
    if not compared.any():
        return said, at
    stamps = time(frame[once.at])
    compared &= stamps.notna().to_numpy(dtype=np.bool_)
    at[compared] = stamps[compared].to_numpy(dtype="datetime64[s]").astype(np.int64)
    same = {
        # 20 and 20.00 are one amount.
        name: number(frame[name]) if types.get(name) == "money" else frame[name].astype("str")
        for name in once.same
    }
    said[:] = pd.util.hash_pandas_object(pd.DataFrame(same), index=False).to_numpy()
    return said, at
