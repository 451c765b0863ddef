"""Tables as they are given to `influence_table`, and their columns when they are needed, as pyarrow's.

A parquet file is read column by column, when its turn comes: memory that nobody has touched yet costs more than the
reading, so that what has been used is let go before the next is read.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from refnet.core.errors import InputError, UsageError


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
        self._given, self._file = given, None
        polars = sys.modules.get("polars")
        if isinstance(given, (str, Path)):
            if not Path(given).is_file():
                raise InputError("is not there.", file=given, hint="Give a parquet file.")
            try:
                self._file = pq.ParquetFile(given)
            except pa.ArrowInvalid:
                raise InputError(
                    "is no parquet file.",
                    file=given,
                    hint="Other files are read by pandas or polars: give the table.",
                ) from None
            there = self._file.schema_arrow.names
        elif isinstance(given, (pd.DataFrame, pa.Table)):
            there = list(given.columns) if isinstance(given, pd.DataFrame) else given.column_names
        elif polars is not None and isinstance(given, polars.DataFrame):
            there = given.columns
        else:
            raise UsageError(
                f"{called} is a {type(given).__module__}.{type(given).__name__}, which is no table.",
                "Give a DataFrame of pandas or polars, a Table of pyarrow, or a parquet file.",
            )
        for column in needed:
            if column not in there:
                raise InputError(
                    f"the table of {called} has no such column",
                    column=column,
                    hint=f"It has {', '.join(str(name) for name in there)}.",
                )
        self.names = there

    def pieces(self, names: Sequence[str], most: int = 2) -> list[Callable[[], Any]]:
        """What reads these columns as tables of pyarrow, one after the other or at once: of a file up to `most`."""
        chosen, file = list(names), self._file
        if file is None:
            return [lambda: self._there(chosen)]
        groups = [file.metadata.row_group(group).num_rows for group in range(file.num_row_groups)]
        piece = np.cumsum([0, *groups[:-1]]) * most // max(sum(groups), 1)  # the piece of each group

        def reading(these: list[int]) -> Any:
            # A reader of its own, since one is for one thread; without buffers beside the columns'.
            with pq.ParquetFile(self._given, metadata=file.metadata, pre_buffer=False) as own:
                return own.read_row_groups(these, columns=chosen, use_threads=False)

        runs = [np.flatnonzero(piece == one).tolist() for one in np.unique(piece[: len(groups)])] or [[]]
        return [partial(reading, run) for run in runs]

    def columns(self, names: Sequence[str]) -> Any:
        """Columns as one table of pyarrow."""
        return pa.concat_tables([read() for read in self.pieces(names)])

    def close(self) -> None:
        """No more to be read from it."""
        if self._file is not None:
            self._file.close()

    def _there(self, chosen: list[str]) -> Any:
        if isinstance(self._given, pd.DataFrame):
            return pa.Table.from_pandas(self._given[chosen], preserve_index=False)
        selected = self._given.select(chosen)
        return selected if isinstance(selected, pa.Table) else selected.to_arrow()


def together(
    one: Given, names: Sequence[str], other: Given, other_names: Sequence[str], beside: Executor
) -> tuple[Any, Any]:
    """Columns of two tables, read at the same time: half of each here, half of each beside."""
    first, second = one.pieces(names), other.pieces(other_names)
    waiting = beside.submit(lambda: ([read() for read in second[:1]], [read() for read in first[1:]]))
    here = [read() for read in first[:1]], [read() for read in second[1:]]
    there = waiting.result()
    return pa.concat_tables([*here[0], *there[1]]), pa.concat_tables([*there[0], *here[1]])
