"""Separated text: csv, and its relatives with semicolons, tabs or bars, told by the header."""

from __future__ import annotations

import csv
import io
import itertools
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.csv

from refnet.core.errors import InputError
from refnet.loaders.ahead import ahead
from refnet.loaders.check import Reject
from refnet.loaders.files.opened import (
    CHUNK_ROWS,
    NULLABLE,
    Chunk,
    Opened,
    as_utf8,
    bytes_of,
    is_utf16,
    readable,
    without_blank,
)

_CSV_BLOCK = 4 * 2**20
_HEADER = 2**14
_MARKS = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars"}


def open_csv(path: Path) -> Opened:
    """Separated text in UTF-8 or UTF-16; what differs from a plain csv is told in a warning."""
    with bytes_of(path) as file:
        head = file.read(_CSV_BLOCK)
        more = bool(file.read(1))
    if b"\0" in head:
        raise InputError(
            "holds NUL characters: it is no text, or UTF-16 that does not say so.",
            file=path,
            hint=as_utf8(path),
        )
    # The cut may be inside a character: what follows it is read with the rows.
    text = head.decode("utf-8-sig", errors="strict" if not more else "ignore")
    mark, columns = _header(text)
    if not any(name.strip() for name in columns):
        raise InputError("has no header.", file=path, hint="Its first line names the columns.")
    told = [f"separated by {_MARKS[mark]}"] if mark != "," else []
    told += ["in UTF-16"] if is_utf16(path) else []
    said = (f"{path.name} is {' and '.join(told)}: read as such",) if told else ()
    if not more and len(text.splitlines()) == 1:
        return Opened(str(path), columns, 0, lambda: iter(()), said)
    total = max(_lines(path, mark) - 1, 0)
    # While the rows of one chunk are checked those of the next are parsed, for which arrow needs no lock of Python's.
    return Opened(
        str(path),
        columns,
        total,
        lambda: ahead(_csv_chunks(path, columns, mark), depth=1),
        said,
        comma=mark == ";",
    )


def _header(text: str) -> tuple[str, list[str]]:
    """What separates the columns, and their names: the mark that makes the most of the header, commas first."""
    read = {mark: _first_row(text, mark) for mark in _MARKS}
    mark = max(_MARKS, key=lambda each: len(read[each]))
    return mark, read[mark]


def _first_row(text: str, mark: str) -> list[str]:
    for part in (text[:_HEADER], text):
        file = io.StringIO(part, newline="")
        row = next(csv.reader(file, delimiter=mark), [])
        if file.tell() < len(part):  # it ends before the cut
            break
    return row


def _lines(path: Path, mark: str) -> int:
    """Lines, which are rows but for line breaks inside quotes: near enough for a progress line.

    Raises:
        InputError: a quotation mark is never closed: all that follows it would be one cell, and quietly lost.
    """
    last, lines, quotes = b"\n", 0, 0
    with bytes_of(path) as file:
        while block := file.read(2**20):
            lines, quotes, last = lines + block.count(b"\n"), quotes + block.count(b'"'), block[-1:]
    if quotes % 2:
        # It may be an inch sign in the middle of a cell: only the slower reading tells.
        with bytes_of(path) as file, io.TextIOWrapper(file, encoding="utf-8-sig", newline="") as text:
            reader, start = csv.reader(text, delimiter=mark, strict=True), 1
            try:
                for _ in reader:
                    start = reader.line_num + 1
            except csv.Error as error:
                if "unexpected end" in str(error) or "field larger" in str(error):
                    raise InputError(
                        f"line {start} opens a quotation mark that is never closed.",
                        file=path,
                        hint="Close it.",
                    ) from None
    return lines + (last != b"\n")


def _csv_chunks(path: Path, columns: Sequence[str], mark: str) -> Iterator[Chunk]:
    # Lines that are no rows: those not told yet, and the numbers of those that rows are counted around.
    untold: list[tuple[int, str, str]] = []
    skipped: set[int] = set()

    def misfit(row: Any) -> str:
        said = f"has {row.actual_columns} cells where the header has {row.expected_columns}"
        untold.append((row.number, row.text, said))
        skipped.add(row.number)
        return "skip"

    with readable(path), bytes_of(path) as file:
        reader = pa.csv.open_csv(
            file,
            read_options=pa.csv.ReadOptions(block_size=_CSV_BLOCK, use_threads=False),
            parse_options=pa.csv.ParseOptions(
                delimiter=mark,
                newlines_in_values=True,
                ignore_empty_lines=False,
                invalid_row_handler=misfit,
            ),
            convert_options=pa.csv.ConvertOptions(
                column_types=dict.fromkeys(columns, pa.string()),
                strings_can_be_null=True,
                null_values=[""],
                quoted_strings_can_be_null=True,
            ),
        )
        at = 2

        def told(frame: pd.DataFrame, rows: npt.NDArray[np.int64]) -> Chunk:
            rejects = [Reject(number, "", text[:200], said) for number, text, said in untold if text.strip()]
            torn = {number: _split(text, mark) for number, text, _ in untold}
            untold.clear()
            return Chunk(frame, rows, rejects, torn=torn)

        for batch in reader:
            for start in range(0, batch.num_rows, CHUNK_ROWS):
                part = batch.slice(start, CHUNK_ROWS)
                rows, at = _numbered(at, part.num_rows, skipped)
                skipped -= {number for number in skipped if number < at}
                yield without_blank(told(part.to_pandas(types_mapper=NULLABLE.get), rows))
        # No batch comes with misfits at the end, and none at all where every row is one.
        if untold:
            nothing = pd.DataFrame({place: pd.Series(dtype="string") for place in range(len(columns))})
            nothing.columns = pd.Index(columns)  # an export may have one name twice
            yield told(nothing, np.zeros(0, dtype=np.int64))


def _split(line: str, mark: str) -> list[str]:
    try:
        return next(csv.reader(io.StringIO(line, newline=""), delimiter=mark), [])
    except csv.Error:  # a cell longer than any that is taken
        return [line]


def _numbered(at: int, count: int, skipped: set[int]) -> tuple[npt.NDArray[np.int64], int]:
    """Numbers of the next `count` rows from `at` on, leaving out those that were skipped; and where it goes on."""
    if not skipped:
        return np.arange(at, at + count, dtype=np.int64), at + count
    numbers = list(itertools.islice((n for n in itertools.count(at) if n not in skipped), count))
    return np.array(numbers, dtype=np.int64), numbers[-1] + 1 if numbers else at
