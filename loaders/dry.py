"""Dry: files are read and checked to the end as a load would, and nothing is written but the rejects."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from refnet.core.errors import InputError
from refnet.core.progress import Quiet, Reporter
from refnet.core.settings import Settings, load_settings
from refnet.loaders import settled
from refnet.loaders.aside import Aside
from refnet.loaders.cells import plain, text
from refnet.loaders.check import Checked, check
from refnet.loaders.files import Chunk
from refnet.loaders.given import Database, Given, sources
from refnet.loaders.headers import Source
from refnet.loaders.listed import Listed
from refnet.loaders.prepare import Preparer
from refnet.loaders.rejects import Limit, Rejects, see_writable
from refnet.loaders.rows import Column
from refnet.loaders.sources import Catalogue
from refnet.loaders.summary import ColumnSummary, DryTableSummary, LoadSummary

DISTINCT = 1_000
"""Different values of a column are counted up to so many."""

_TIMES, _NUMBERS = ("time", "day", "month"), ("money", "number", "count")


def dry_run(
    source: Given,
    *,
    database: Database = None,
    named: str | None = None,
    max_rejects: str | int | None = None,
    reporter: Reporter | None = None,
    rejects: Path | None = None,
    settings: Settings | None = None,
) -> LoadSummary:
    """What a load of these files would do, without a graph: rows, rejects, warnings, and what each column holds.

    Without the graph it is not known in which currency that counts (REFNET_CURRENCY, else the first one found), what
    kind further columns had in earlier loads, which rows are kept out by removals that were loaded before, and what
    would wait for whom.

    Args:
        source: as `load` takes it.
        database, named: as `load` has them.
        max_rejects: as `load` has it.
        reporter: told of each table's rows and rate.
        rejects: directory for files of refused cells and rows; unset: `rejects` in the settings' home.
        settings: unset: from the environment and .env.

    Returns:
        As of a load; `rows_loaded` are the rows that would be, each table has its `columns`.

    Raises:
        InputError: a file or its columns are wrong, or more rows are refused than `max_rejects` allows.
        UsageError: a table, file or source by an unknown name.
    """
    settings, reporter = settings or load_settings(), reporter or Quiet()
    limit = None if max_rejects is None else Limit.of(max_rejects)
    into = rejects or settings.home / "rejects"
    see_writable(into)
    with Aside() as aside:
        found, warnings = sources(
            source, Catalogue(settings), named, database=database, aside=aside, reporter=reporter
        )
        summary = LoadSummary(warnings=warnings + [said for each in found for said in each.warnings])
        summary.currency = settled.currency(found, None, settings, summary.warnings)
        typed = [settled.with_attributes(each, {}, summary.warnings) for each in found]
        summary.unused = {each.called: list(each.unused) for each in found if each.unused}
        summary.tables += read_through(typed, summary.currency, into, reporter, limit=limit, columns=True)
    return summary


def read_through(
    found: Sequence[Source],
    currency: str,
    rejects: Path,
    reporter: Reporter,
    *,
    limit: Limit | None = None,
    columns: bool = False,
    meet: Callable[[Source, Chunk, Checked], None] | None = None,
) -> list[DryTableSummary]:
    """Read and check all rows, and write what is refused.

    Args:
        found: files, further columns in their schemas.
        currency: the one that amounts are in.
        rejects: directory for what is refused.
        reporter: told of each table's rows and rate.
        limit: how many rows of one file may be refused; looked at when all are read, so that all of them are told.
        columns: look at what the columns hold, too, and at ids that come again.
        meet: given each chunk of each file, and what of it holds.

    Raises:
        InputError: more rows of a file are refused than `limit` allows.
    """
    listed = Listed()
    told = [_read(source, currency, rejects, reporter, columns, meet, listed) for source in found]
    broken = [each for each in told if limit is not None and limit.broken(each.rows_rejected, each.rows_read)]
    if broken:
        assert limit is not None
        first = broken[0]
        others = [f"{e.rows_rejected:,} of {e.rows_read:,} of {e.table} in {e.source}" for e in broken[1:4]]
        others += [f"{len(broken) - 4} more files"] if len(broken) > 4 else []
        also = f" Likewise {', '.join(others)}." if others else ""
        place = first.rows_file or first.rejects_file
        raise InputError(
            f"{first.rows_rejected:,} of {first.rows_read:,} rows of {first.table} are refused; allowed are "
            f"{limit.written}. Nothing was loaded.{also}",
            file=first.source,
            hint=f"Why is in {first.rejects_file}"
            + (f", the rows in {place}" if first.rows_file else "")
            + ": mend the file, or allow more.",
        )
    return told


def checked_chunks(source: Source, currency: str) -> Iterator[tuple[Chunk, Checked]]:
    """A file's rows, some at a time, as they are and as they hold."""
    for chunk in source.opened.chunks():
        yield chunk, check(source.table, chunk.frame, chunk.rows, currency, chunk.written)


def rows_in(chunk: Chunk) -> int:
    """How many rows of the file a chunk stands for."""
    return len(chunk.rows) + len(chunk.rejects) + len(chunk.left_out)


def _read(
    source: Source,
    currency: str,
    rejects: Path,
    reporter: Reporter,
    columns: bool,
    meet: Callable[[Source, Chunk, Checked], None] | None,
    listed: Listed,
) -> DryTableSummary:
    told = DryTableSummary(source.table.name, source.called, source.of)
    held = {name: _Held(source.table.by_name[name]) for name in source.opened.columns} if columns else {}
    preparer = Preparer(source.table, source.opened.columns, existing=False, listed=listed)
    began = time.monotonic()
    path = rejects / f"{source.table.name}-{str(uuid.uuid4())[:8]}.csv"
    with (
        Rejects(path, told, form=source.opened.form, secret=source.secret) as refused,
        reporter.stage(f"{source.table.name}, reading", source.opened.total) as progress,
    ):
        for chunk, checked in checked_chunks(source, currency):
            told.rows_read += rows_in(chunk)
            before = told.rows_rejected
            refused.write(chunk, checked)
            refused.write_left_out(chunk.left_out)
            progress.advance(
                len(checked.rows), rejected=told.rows_rejected - before, passed=len(chunk.left_out)
            )
            if meet is not None:
                meet(source, chunk, checked)
            for name, column in held.items():
                column.take(chunk.frame[name], checked.frame[name])
            if columns and len(checked.frame):
                keys, lists = preparer.rows(checked.frame)
                listed.meet(source.table, lists)
                preparer.seen.meet(keys)
                told.rows_loaded += len(keys)
    told.rows_repeated, told.rows_kept_out = preparer.seen.again, preparer.rows_kept_out
    told.rows_loaded -= preparer.seen.again - preparer.dropped
    told.columns = [column.told() for column in held.values()]
    told.seconds = time.monotonic() - began
    return told


class _Held:
    """What a column holds, chunk by chunk; of its values hashes of the first so many are kept."""

    def __init__(self, column: Column) -> None:
        self._column, self._rows, self._empty, self._more = column, 0, 0, False
        self._hashes: npt.NDArray[np.uint64] = np.empty(0, dtype=np.uint64)
        self._bounds: list[Any] = []

    def take(self, written: pd.Series[Any], taken: pd.Series[Any]) -> None:
        """Cells as they were written, and those of them that hold, typed."""
        said = text(written).dropna()
        self._rows += len(written)
        self._empty += len(written) - len(said)
        figures = self._column.type in (*_TIMES, *_NUMBERS)
        differ = (taken.dropna() if figures else said).drop_duplicates()  # 1200 and 1200.00 are one
        if not self._more and len(differ):
            new = pd.util.hash_pandas_object(differ, index=False, categorize=False).to_numpy()
            self._hashes = np.union1d(self._hashes, new)
            self._more = len(self._hashes) > DISTINCT
        if figures and taken.notna().any():
            self._bounds += [taken.min(), taken.max()]
            self._bounds = [min(self._bounds), max(self._bounds)]

    def told(self) -> ColumnSummary:
        """What it was."""
        least, most = None, None
        if self._bounds:
            least, most = plain(pd.Series(self._bounds), self._column.type)
        return ColumnSummary(
            self._column.name,
            self._column.type,
            self._empty / self._rows if self._rows else None,
            min(len(self._hashes), DISTINCT),
            self._more,
            least,
            most,
            self._column.further,
        )
