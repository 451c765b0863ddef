"""Tables as they are given to `influence_table`, and their columns when they are needed, as pyarrow's.

A parquet file is read column by column, when its turn comes: memory that nobody has touched yet costs more than the
reading, so that what has been used is let go before the next is read.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from refnet.core.errors import InputError, UsageError

_BUFFER = 1 << 18  # bytes of a file that are read at a time
_ROWS = 1 << 17  # of a batch: its columns are in a core's own memory


class Given:
    """A DataFrame of pandas or polars, a Table of pyarrow, or a parquet file.

    Args:
        given: it.
        called: what to call it in an error message.
        needed: columns it must have.

    Raises:
        InputError: it is not there, no parquet file, or lacks a column.
        UsageError: it is no table.
    """

    def __init__(self, given: Any, called: str, needed: Sequence[str]) -> None:
        self._given, self._file, self._called = given, None, called
        polars = sys.modules.get("polars")
        if isinstance(given, (str, Path)):
            if not Path(given).is_file():
                what = "is a directory." if Path(given).is_dir() else "is not there."
                raise InputError(what, file=given, hint="Give a parquet file.")
            try:
                self._file = pq.ParquetFile(given)
            except pa.ArrowInvalid:
                raise InputError(
                    "is no parquet file.",
                    file=given,
                    hint="Make parquet of it; from Python also a table that pandas or polars has read.",
                ) from None
            there = self._file.schema_arrow.names
        elif isinstance(given, (pd.DataFrame, pa.Table)):
            there = list(given.columns) if isinstance(given, pd.DataFrame) else given.column_names
        elif polars is not None and isinstance(given, polars.DataFrame):
            there = given.columns
        else:
            raise UsageError(
                f"{called} is a {type(given).__module__}.{type(given).__name__}, which is no table.",
                "Give a DataFrame of pandas or polars (no LazyFrame), a Table of pyarrow, or a parquet file.",
            )
        for name in needed:
            if name not in there:
                raise InputError(
                    f"the table of {called} has no such column",
                    column=name,
                    hint=f"It has {', '.join(map(str, there)) or 'no columns'}.",
                )
        self.names = there

    def pieces(self, names: Sequence[str]) -> list[Callable[[], Any]]:
        """What reads these columns as tables of pyarrow, one after the other or at once: of a file up to two."""
        chosen, file = self._once(names), self._file
        if file is None:
            return [lambda: self._there(chosen)]
        groups = [file.metadata.row_group(group).num_rows for group in range(file.num_row_groups)]
        piece = np.cumsum([0, *groups[:-1]]) * 2 // max(sum(groups), 1)  # the piece of each group

        def reading(these: list[int]) -> Any:
            with self._reader(file) as own:
                rows = sum(groups[group] for group in these)
                if (whole := _whole(own, these, chosen, rows)) is not None:
                    return whole
                return own.read_row_groups(these, columns=chosen, use_threads=False)

        runs = [np.flatnonzero(piece == one).tolist() for one in np.unique(piece[: len(groups)])] or [[]]
        return [partial(reading, run) for run in runs]

    def batches(self, names: Sequence[str]) -> Iterator[Any]:
        """These columns as tables of pyarrow, of a file some rows each: for what is looked at once and let go."""
        chosen, file = self._once(names), self._file
        if file is None:
            yield self._there(chosen)
            return
        with self._reader(file) as own:
            for batch in own.iter_batches(_ROWS, columns=chosen, use_threads=False):
                yield pa.Table.from_batches([batch])

    def columns(self, names: Sequence[str]) -> Any:
        """Columns as one table of pyarrow."""
        return pa.concat_tables([read() for read in self.pieces(names)])

    def close(self) -> None:
        """No more to be read from it."""
        if self._file is not None:
            self._file.close()

    def _once(self, names: Sequence[str]) -> list[str]:
        for name in names:
            if list(self.names).count(name) > 1:
                raise InputError(
                    f"the table of {self._called} has it twice", column=name, hint="Leave one of them out."
                )
        return list(names)

    def _reader(self, file: Any) -> Any:
        """One of its own, since one is for one thread; page by page, not all of a column's bytes at once."""
        return pq.ParquetFile(self._given, metadata=file.metadata, pre_buffer=False, buffer_size=_BUFFER)

    def _there(self, chosen: list[str]) -> Any:
        if isinstance(self._given, pd.DataFrame):
            try:
                return pa.Table.from_pandas(self._given[chosen], preserve_index=False)
            except _CANNOT:
                return pa.table({name: column(self._given[name], name) for name in chosen})
        selected = self._given.select(chosen)
        return selected if isinstance(selected, pa.Table) else selected.to_arrow()


def _whole(file: Any, groups: list[int], names: list[str], rows: int) -> Any:
    """Columns of int64 as a table of one piece each, unpacked batch by batch in the same memory; None: another kind."""
    if any(file.schema_arrow.field(name).type != pa.int64() for name in names):
        return None
    held, at = {name: np.empty(rows, dtype=np.int64) for name in names}, 0
    for batch in file.iter_batches(_ROWS, row_groups=groups, columns=names, use_threads=False):
        for name, numbers in held.items():
            if batch[name].null_count:
                return None
            numbers[at : at + batch.num_rows] = batch[name].to_numpy()
        at += batch.num_rows
    return pa.table(held)


_CANNOT = (pa.ArrowException, ValueError, TypeError, OverflowError)
"""What arrow raises where values are not of one kind that it has."""


def column(values: Any, name: str) -> Any:
    """A list, or a Series or Index of pandas, as a chunked array of pyarrow.

    Raises:
        InputError: its values are not of one kind, or whole numbers beyond 64 bits: names rows.
    """
    try:
        made = pa.array(values.to_series() if isinstance(values, pd.Index) else values, from_pandas=True)
    except _CANNOT:
        raise _why_none(list(values), name) from None
    return made if isinstance(made, pa.ChunkedArray) else pa.chunked_array([made])


def _why_none(values: list[Any], name: str) -> InputError:
    kinds: dict[type, str] = {}
    for row, value in enumerate(values):
        if isinstance(value, int) and not -(2**63) <= value < 2**63:
            return InputError(f"row {row} holds {value}, beyond 64 bits", column=name, hint=_TEXTS)
        if not (pd.api.types.is_scalar(value) and pd.isna(value)):
            kinds.setdefault(type(value), f"{value!r} in row {row}")
    if len(kinds) > 1:
        return InputError(f"holds {' and '.join(list(kinds.values())[:2])}", column=name, hint=_TEXTS)
    return InputError(f"holds {', '.join(kinds.values()) or 'nothing'}, which is no value", column=name)


_TEXTS = "Make all of them one kind: ids texts, such as by `.astype(str)`, amounts floats."


def floats(values: Any, name: str, begin: int = 0) -> npt.NDArray[np.float64]:
    """A column of numbers as float64; NaN where there is none. Its rows are those from `begin` on.

    Raises:
        InputError: a value is no number, or a whole number that no float holds exactly: names the row.
    """
    try:
        return np.asarray(values.cast(pa.float64()).to_numpy(), dtype=np.float64)
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
        raise _why_no_floats(values, name, begin) from None


def _why_no_floats(values: Any, name: str, begin: int) -> InputError:
    if pa.types.is_integer(values.type):
        for row, value in enumerate(values, begin):
            if value.is_valid and abs(value.as_py()) > 2**53:
                return InputError(
                    f"row {row} holds {value}: amounts beyond 2^53 are not exact",
                    column=name,
                    hint="Look at that row: such an amount is usually a slip. Floats are taken as they are.",
                )
    if pa.types.is_string(values.type) or pa.types.is_large_string(values.type):
        for row, value in enumerate(values, begin):
            try:
                value.cast(pa.float64())
            except pa.ArrowInvalid:
                return InputError(
                    f"row {row} holds {value.as_py()!r}, no number",
                    column=name,
                    hint="Leave it empty where it is not known; a point parts the decimals.",
                )
    return InputError(f"holds {values.type}, no numbers", column=name)


def in_time(values: Any, name: str) -> npt.NDArray[np.int64]:
    """Rows by time, those without one last, then by row.

    Args:
        values: a column of times (with a zone or all without), dates, numbers (such as Unix time), or texts as ISO 8601
            has times: those with an offset as of UTC, those without as they are. An empty text is none.
        name: of the column.

    Raises:
        InputError: they are of another kind, or a text is no such time: names the row.
    """
    if pa.types.is_dictionary(values.type):
        values = values.cast(values.type.value_type)
    kind = values.type
    if pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind):
        return np.argsort(_times(values, name), kind="stable")  # what is no time comes last
    if not (
        pa.types.is_timestamp(kind)
        or pa.types.is_date(kind)
        or pa.types.is_integer(kind)
        or pa.types.is_floating(kind)
        or pa.types.is_null(kind)
    ):
        raise InputError(f"holds {kind}, no times", column=name, hint=_ISO)
    order = pc.sort_indices(
        pa.table({"at": values, "row": np.arange(len(values))}),
        sort_keys=[("at", "ascending"), ("row", "ascending")],
    )
    return np.asarray(order.to_numpy(), dtype=np.int64)


_ISO = "Give times, dates, numbers, or texts such as 2024-01-31 or 2024-01-31T12:00:00+02:00."


def _times(texts: Any, name: str) -> npt.NDArray[np.datetime64]:
    """Texts as times of UTC."""
    texts = texts.cast(pa.large_string())
    none = pc.fill_null(pc.equal(texts, ""), True).to_numpy()
    year = pc.fill_null(
        pc.match_substring_regex(texts, r"^\d{4}"), False
    ).to_numpy()  # or 'today' were a time
    read = pd.to_datetime(texts.to_pandas(), format="ISO8601", utc=True, errors="coerce")
    times = read.dt.tz_localize(None).to_numpy()
    wrong = np.flatnonzero(~none & (np.isnat(times) | ~year))
    if wrong.size:
        row = int(wrong[0])
        raise InputError(
            f"row {row} holds {texts[row].as_py()!r}, no time of ISO 8601", column=name, hint=_ISO
        )
    return np.asarray(times)


def together(
    one: Given, names: Sequence[str], other: Given, other_names: Sequence[str], beside: Executor
) -> tuple[Any, Any]:
    """Columns of two tables, read at the same time: half of each here, half of each beside."""
    first, second = one.pieces(names), other.pieces(other_names)
    waiting = beside.submit(lambda: ([read() for read in second[:1]], [read() for read in first[1:]]))
    here = [read() for read in first[:1]], [read() for read in second[1:]]
    there = waiting.result()
    return pa.concat_tables([*here[0], *there[1]]), pa.concat_tables([*there[0], *here[1]])
