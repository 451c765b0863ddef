"""Rejects: the file of refused cells with their reasons, and beside it the whole rows, to be mended and loaded."""

from __future__ import annotations

import csv
import json
import os
import re
import stat
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Protocol

import numpy as np
import pandas as pd

from refnet.core.errors import InputError, UsageError
from refnet.loaders.cells import text
from refnet.loaders.check import Checked, Reject
from refnet.loaders.files import Chunk

FIRST = 5
"""So many refused cells are told by the summary itself; all of them are in the file."""

_REMOVED = re.compile(r"removed-[a-z]+-[0-9a-f]{8}\.csv")
_ROWS = re.compile(r"(?:(?P<of>.+)\.)?(?P<table>[a-z]+)-[0-9a-f]{8}-rows")


class Told(Protocol):
    """What is told of a file: `TableSummary`."""

    table: str
    of: str
    rows_rejected: int
    rows_left_out: dict[str, int]
    rejects: list[Reject]
    rejects_file: Path | None
    rows_file: Path | None


@dataclass(frozen=True)
class Limit:
    """How many rows of one file may be refused: a number, or a share of the rows that it has."""

    most: float
    share: bool
    written: str

    @classmethod
    def of(cls, given: str | int) -> Limit:
        """`100`, or `2%` of the rows.

        Raises:
            UsageError: it is neither.
        """
        said = str(given).strip()
        found = re.fullmatch(r"(\d+)|(\d+(?:\.\d+)?)\s*%", said)
        if not found or (found[2] and float(found[2]) > 100):
            raise UsageError(
                f"--max-rejects cannot be {said!r}.",
                "Write a number of rows, such as 100, or a share, such as 2%.",
            )
        return cls(float(found[1] or found[2]), bool(found[2]), said)

    def broken(self, rejected: int, read: int) -> bool:
        """Whether so many refused rows of so many are more than that."""
        return rejected * 100 > self.most * read if self.share else rejected > self.most


def rows_of(stem: str) -> tuple[str, str] | None:
    """The source ('' if canonical) and table that a file of refused rows says by its name; None if it is no such."""
    found = _ROWS.fullmatch(stem)
    return (found["of"] or "", found["table"]) if found else None


def is_list(path: Path) -> bool:
    """Whether a file is a list of refused cells or of removed rows: nothing to be loaded."""
    if _REMOVED.fullmatch(path.name):
        return True
    if path.suffix.lower() != ".csv":
        return False
    try:
        with path.open(encoding="utf-8") as file:
            return file.readline(100).strip() == ",".join(Reject._fields)
    except (OSError, UnicodeDecodeError):
        return False


def see_writable(directory: Path) -> None:
    """See that rejects could be written to a directory, before hours of loading; nothing is made of it.

    Raises:
        InputError: they could not; says what to do.
    """
    there = next(each for each in (directory, *directory.absolute().parents) if each.exists())
    if not there.is_dir():
        raise InputError(
            "rejected rows cannot be written here: it is no directory.",
            file=there,
            hint="Name another one with --rejects DIR.",
        )
    if not os.access(there, os.W_OK | os.X_OK):
        raise InputError(
            "rejected rows cannot be written here: no right to.",
            file=there,
            hint="Check its permissions, or name another one with --rejects DIR.",
        )


class Rejects:
    """The files of what a file's load refuses, each there from the first row on.

    `TABLE-RUN.csv` has row, column, value, reason. `TABLE-RUN-rows.csv` (`SOURCE.TABLE-RUN-rows.csv` of an export;
    .jsonl where the file is JSON) has the whole rows under the file's own header: mended, it is loaded like any other.

    Args:
        path: of the first one.
        summary: where to count, and to say where they are.
        form: of the second one, csv or jsonl.
        secret: rows have what must not be written down: there is no second one.

    Raises:
        InputError: one cannot be written; says what to do.
    """

    def __init__(self, path: Path, summary: Told, *, form: str = "csv", secret: bool = False) -> None:
        name = f"{summary.of}.{path.stem}" if summary.of else path.stem
        self._path, self._summary, self._secret = path, summary, secret
        self._rows_path = path.with_name(f"{name}-rows.{form}")
        self._files: dict[Path, IO[str]] = {}

    def __enter__(self) -> Rejects:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for path, file in self._files.items():
            try:
                file.close()
            except OSError as failed:
                if error is None:
                    raise _unwritable(path, failed) from None

    def write(self, chunk: Chunk, checked: Checked) -> None:
        """Add the cells of a chunk that do not hold and their whole rows; count the rows."""
        rejects = [*chunk.rejects, *checked.rejects]
        if not rejects:
            return
        summary = self._summary
        # Of a list in one row of the file several may be refused, each of which is a row of the table.
        summary.rows_rejected += len(chunk.rejects) + len(chunk.rows) - len(checked.rows)
        summary.rejects += rejects[: max(FIRST - len(summary.rejects), 0)]
        self._append(rejects)
        if not self._secret:
            self._keep({reject.row for reject in rejects}, chunk)

    def write_left_out(self, left_out: Sequence[Reject]) -> None:
        """Add rows that are kept out, and count them by their reasons."""
        for each in left_out:
            told = self._summary.rows_left_out
            told[each.reason] = told.get(each.reason, 0) + 1
        if left_out:
            self._append(left_out)

    def _append(self, rejects: Sequence[Reject]) -> None:
        def header(file: IO[str]) -> None:
            csv.writer(file).writerow(Reject._fields)
            self._summary.rejects_file = self._path

        self._write(self._path, header, lambda file: csv.writer(file).writerows(rejects))

    def _keep(self, refused: set[int], chunk: Chunk) -> None:
        """The rows as they stood in the file, and lines that were none as they are."""
        frame, numbers = chunk.raw if chunk.raw is not None else (chunk.frame, chunk.rows)
        columns = [str(name) for name in frame.columns]
        places = np.flatnonzero(np.isin(numbers, list(refused)))
        part = frame.iloc[places]
        torn = [line for number, line in sorted(chunk.torn.items()) if number in refused]

        def header(file: IO[str]) -> None:
            if self._rows_path.suffix == ".csv":
                csv.writer(file).writerow(columns)
            self._summary.rows_file = self._rows_path

        def rows(file: IO[str]) -> None:
            if self._rows_path.suffix == ".csv":
                csv.writer(file).writerows([*_texts(part), *torn])
                return
            for row in part.astype(object).itertuples(index=False, name=None):
                held = {
                    name: None if _none(value) else value for name, value in zip(columns, row, strict=True)
                }
                file.write(json.dumps(held, ensure_ascii=False, default=str) + "\n")
            file.writelines(f"{line}\n" for line in torn)

        self._write(self._rows_path, header, rows)

    def _write(self, path: Path, header: Callable[[IO[str]], None], rows: Callable[[IO[str]], None]) -> None:
        try:
            if path not in self._files:
                path.parent.mkdir(parents=True, exist_ok=True)
                self._files[path] = private(path)
                header(self._files[path])
            rows(self._files[path])
            self._files[path].flush()
        except OSError as error:
            raise _unwritable(path, error) from None


def private(path: Path) -> IO[str]:
    """A file to write, an old one emptied, that nobody else may read: its rows are about people.

    Raises:
        OSError: it cannot be written.
    """
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    if stat.S_ISREG(os.fstat(handle).st_mode):
        os.fchmod(handle, 0o600)
    return os.fdopen(handle, "w", newline="", encoding="utf-8")


def _texts(frame: pd.DataFrame) -> list[tuple[Any, ...]]:
    """Rows as a csv has them."""
    columns = [text(frame.iloc[:, place]).astype(object) for place in range(frame.shape[1])]
    return list(zip(*(column.where(column.notna(), "").tolist() for column in columns), strict=True))


def _none(value: Any) -> bool:
    return value is None or value is pd.NA or (isinstance(value, float) and np.isnan(value))


def _unwritable(path: Path, error: OSError) -> InputError:
    return InputError(
        f"rejected rows cannot be written here: {error.strerror or error}.",
        file=path,
        hint="Make room or name another directory for rejects, and load the same again: nothing comes twice.",
    )
