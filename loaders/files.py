"""Files: the five formats and DataFrames, each as a header and chunks of rows, read as they are and no more.

Nothing is guessed: a csv's cells are text, other formats keep their types, and what they mean is for `cells`.
"""

from __future__ import annotations

import csv
import datetime as dt
import gzip
import io
import itertools
import json
import warnings
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet

from refnet.core.errors import InputError
from refnet.loaders.check import Reject

ENDINGS = (".csv", ".csv.gz", ".parquet", ".jsonl", ".jsonl.gz", ".xlsx")

_CHUNK_ROWS = 20_000
_CSV_BLOCK = 4 * 2**20

# Whole numbers with gaps stay whole: as floats long ids would lose their last digits.
_NULLABLE = {
    pa.string(): pd.StringDtype(na_value=np.nan),
    pa.large_string(): pd.StringDtype(na_value=np.nan),
    pa.bool_(): pd.BooleanDtype(),
    **{
        getattr(pa, f"{u}int{n}")(): getattr(pd, f"{'U' if u else ''}Int{n}Dtype")()
        for u in ("", "u")
        for n in (8, 16, 32, 64)
    },
}


class Chunk(NamedTuple):
    """Some rows of a file, their numbers (its header being row 1), and the lines that are no rows."""

    frame: pd.DataFrame
    rows: npt.NDArray[np.int64]
    rejects: list[Reject]


@dataclass(frozen=True)
class Opened:
    """A file whose header has been read.

    Attributes:
        name: for messages.
        columns: the header, as it stands there.
        total: rows, if that is cheap to know.
        chunks: reads the rows, as often as it is called.
    """

    name: str
    columns: list[str]
    total: int | None
    chunks: Callable[[], Iterator[Chunk]]


def ending(path: Path) -> str:
    """The ending that tells the format; '' if it is none of ours."""
    return next((e for e in sorted(ENDINGS, key=len, reverse=True) if path.name.lower().endswith(e)), "")


def open_file(path: Path) -> Opened:
    """Read a file's header.

    Raises:
        InputError: it cannot be read, is empty, or is not what its ending says.
    """
    openers = {".csv": _csv, ".parquet": _parquet, ".jsonl": _jsonl, ".xlsx": _xlsx}
    with _readable(path):
        if path.stat().st_size == 0:
            raise InputError(
                "is empty.", file=path, hint="`refnet template DIR` writes files with the right headers."
            )
        return openers[ending(path).removesuffix(".gz")](path)


def open_frame(name: str, frame: pd.DataFrame) -> Opened:
    """A DataFrame as if it were a file; the first row is row 2 here too, so that a reject reads alike."""
    plain = frame.reset_index(drop=True)

    def chunks() -> Iterator[Chunk]:
        for start in range(0, len(plain), _CHUNK_ROWS):
            part = plain.iloc[start : start + _CHUNK_ROWS].reset_index(drop=True)
            yield Chunk(part, np.arange(len(part), dtype=np.int64) + start + 2, [])

    return Opened(f"DataFrame {name}", [str(c) for c in plain.columns], len(plain), chunks)


@contextmanager
def _readable(path: Path) -> Iterator[None]:
    """Whatever a library says of an unreadable file, in one line of ours."""
    try:
        yield
    except UnicodeDecodeError:
        raise InputError("is not UTF-8 text.", file=path, hint="Save it as CSV UTF-8.") from None
    except FileNotFoundError:
        raise InputError("is not there.", file=path) from None
    except PermissionError:
        raise InputError("may not be read.", file=path, hint="Check its permissions.") from None
    except (pa.ArrowInvalid, pa.ArrowException) as error:
        said = str(error).splitlines()[0] if str(error) else "no reason given"
        if "UTF8" in said:
            raise InputError("is not UTF-8 text.", file=path, hint="Save it as CSV UTF-8.") from None
        if "straddl" in said:
            raise InputError(
                "has a cell of several megabytes.",
                file=path,
                hint="Is a quotation mark opened and not closed?",
            ) from None
        raise InputError(f"cannot be read as {ending(path)}: {said}.", file=path) from None
    except (OSError, EOFError, zlib.error, zipfile.BadZipFile, KeyError, ValueError, SyntaxError) as error:
        raise InputError(f"cannot be read as {ending(path)}: {error}.", file=path) from None


@contextmanager
def _bytes(path: Path) -> Iterator[IO[bytes]]:
    with path.open("rb") as raw:
        if path.name.lower().endswith(".gz"):
            with gzip.open(raw) as unpacked:
                yield unpacked  # type: ignore[misc]
        else:
            yield raw


def _csv(path: Path) -> Opened:
    with _bytes(path) as file:
        head = file.read(_CSV_BLOCK)
        more = bool(file.read(1))
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise InputError("is UTF-16.", file=path, hint="Save it as CSV UTF-8.")
    if b"\0" in head:
        raise InputError("holds zero bytes and is no text file.", file=path)
    # The cut may be inside a character: what follows it is read with the rows.
    text = head.decode("utf-8-sig", errors="strict" if not more else "ignore")
    columns = next(csv.reader(io.StringIO(text, newline="")), [])
    if not any(name.strip() for name in columns):
        raise InputError("has no header.", file=path, hint="Its first line names the columns.")
    for mark, said in ((";", "semicolons"), ("\t", "tabs"), ("|", "bars")):
        if len(columns) == 1 and mark in columns[0]:
            raise InputError(
                f"is separated by {said}.",
                file=path,
                hint="Separate its columns by commas, or save it as .xlsx.",
            )
    if not more and len(text.splitlines()) == 1:
        return Opened(str(path), columns, 0, lambda: iter(()))
    total = max(_lines(path) - 1, 0)
    return Opened(str(path), columns, total, lambda: _csv_chunks(path, columns))


def _lines(path: Path) -> int:
    """Lines, which are rows but for line breaks inside quotes: near enough for a progress line.

    Raises:
        InputError: a quotation mark is never closed: all that follows it would be one cell, and quietly lost.
    """
    last, lines, quotes = b"\n", 0, 0
    with _bytes(path) as file:
        while block := file.read(2**20):
            lines, quotes, last = lines + block.count(b"\n"), quotes + block.count(b'"'), block[-1:]
    if quotes % 2:
        # It may be an inch sign in the middle of a cell: only the slower reading tells.
        with _bytes(path) as file, io.TextIOWrapper(file, encoding="utf-8-sig", newline="") as text:
            reader, start = csv.reader(text, strict=True), 1
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


def _csv_chunks(path: Path, columns: Sequence[str]) -> Iterator[Chunk]:
    skipped: list[tuple[int, str, str]] = []

    def misfit(row: Any) -> str:
        said = f"has {row.actual_columns} cells where the header has {row.expected_columns}"
        skipped.append((row.number, row.text, said))
        return "skip"

    with _readable(path), _bytes(path) as file:
        reader = pa.csv.open_csv(
            file,
            read_options=pa.csv.ReadOptions(block_size=_CSV_BLOCK, use_threads=False),
            parse_options=pa.csv.ParseOptions(
                newlines_in_values=True, ignore_empty_lines=False, invalid_row_handler=misfit
            ),
            convert_options=pa.csv.ConvertOptions(
                column_types=dict.fromkeys(columns, pa.string()),
                strings_can_be_null=True,
                null_values=[""],
                quoted_strings_can_be_null=True,
            ),
        )
        at, told = 2, 0

        def rejects() -> list[Reject]:
            return [
                Reject(number, "", text[:200], said) for number, text, said in skipped[told:] if text.strip()
            ]

        for batch in reader:
            rows, at = _numbered(at, batch.num_rows, [number for number, _, _ in skipped])
            frame = batch.to_pandas(types_mapper=_NULLABLE.get)
            chunk = Chunk(frame, rows, rejects())
            told = len(skipped)
            yield _without_blank(chunk)
        # No batch comes with misfits at the end, and none at all where every row is one.
        if told < len(skipped):
            yield Chunk(
                pd.DataFrame({c: pd.Series(dtype="string") for c in columns}),
                np.zeros(0, dtype=np.int64),
                rejects(),
            )


def _numbered(at: int, count: int, skipped: list[int]) -> tuple[npt.NDArray[np.int64], int]:
    """Numbers of the next `count` rows from `at` on, leaving out those that were skipped; and where it goes on."""
    gone = {number for number in skipped if number >= at}
    if not gone:
        return np.arange(at, at + count, dtype=np.int64), at + count
    numbers = list(itertools.islice((n for n in itertools.count(at) if n not in gone), count))
    return np.array(numbers, dtype=np.int64), numbers[-1] + 1 if numbers else at


def _without_blank(chunk: Chunk) -> Chunk:
    blank = chunk.frame.isna().all(axis=1).to_numpy(dtype=np.bool_)
    if not blank.any():
        return chunk
    return Chunk(chunk.frame[~blank].reset_index(drop=True), chunk.rows[~blank], chunk.rejects)


def _parquet(path: Path) -> Opened:
    file = pa.parquet.ParquetFile(path)
    with file:
        columns, total = list(file.schema_arrow.names), file.metadata.num_rows

    def chunks() -> Iterator[Chunk]:
        at = 2
        with _readable(path), pa.parquet.ParquetFile(path) as rows:
            for batch in rows.iter_batches(batch_size=_CHUNK_ROWS):
                yield Chunk(
                    # Another's pandas may have left an index in it: it is a column like any other.
                    batch.to_pandas(types_mapper=_NULLABLE.get, ignore_metadata=True),
                    np.arange(batch.num_rows, dtype=np.int64) + at,
                    [],
                )
                at += batch.num_rows

    return Opened(str(path), columns, total, chunks)


def _jsonl(path: Path) -> Opened:
    columns: dict[str, None] = {}
    total = 0
    for _, row, _ in _json_rows(path):
        columns.update(dict.fromkeys(row or ()))
        total += 1
    if not columns:
        raise InputError(
            "has no JSON object on any line.", file=path, hint="One object a line, its keys the columns."
        )

    def chunks() -> Iterator[Chunk]:
        with _readable(path):
            for part in _portions(_json_rows(path)):
                good = [(number, row) for number, row, _ in part if row is not None]
                frame = pd.DataFrame(
                    {c: pd.Series([r.get(c) for _, r in good], dtype=object) for c in columns}
                )
                rejects = [
                    Reject(n, "", text[:200], "is no JSON object") for n, row, text in part if row is None
                ]
                yield _without_blank(Chunk(frame, np.array([n for n, _ in good], dtype=np.int64), rejects))

    return Opened(str(path), list(columns), total, chunks)


def _json_rows(path: Path) -> Iterator[tuple[int, dict[str, Any] | None, str]]:
    """Line number, the object or None, and the line. There is no header: the first line is row 1."""
    with _bytes(path) as file, io.TextIOWrapper(file, encoding="utf-8-sig") as lines:
        for number, line in enumerate(lines, start=1):
            if not line.strip():
                continue
            try:
                row = json.loads(line)
            except json.JSONDecodeError:
                row = None
            yield number, row if isinstance(row, dict) else None, line.strip()


def _xlsx(path: Path) -> Opened:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        header = next(_sheet(path), ())
    while header and header[-1] is None:
        header = header[:-1]
    if not any(name is not None and str(name).strip() for name in header):
        raise InputError(
            "has no header.", file=path, hint="The first row of its first sheet names the columns."
        )
    columns = ["" if name is None else str(name) for name in header]

    def chunks() -> Iterator[Chunk]:
        at = 2
        with _readable(path):
            for part in _portions(itertools.islice(_sheet(path), 1, None)):
                cells = list(itertools.zip_longest(*part)) if part else []
                cells += [(None,) * len(part)] * (len(columns) - len(cells))
                frame = pd.DataFrame(
                    {
                        place: pd.Series([_cell(v) for v in cells[place]], dtype=object)
                        for place in range(len(columns))
                    }
                )
                frame.columns = pd.Index(columns)
                yield _without_blank(Chunk(frame, np.arange(len(part), dtype=np.int64) + at, []))
                at += len(part)

    return Opened(str(path), columns, None, chunks)


def _sheet(path: Path) -> Iterator[tuple[Any, ...]]:
    import openpyxl

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # styles and extensions that it does not know: of no interest
        book = openpyxl.load_workbook(path, read_only=True, data_only=True)
    try:
        yield from book.worksheets[0].iter_rows(values_only=True)
    finally:
        book.close()


def _cell(value: Any) -> Any:
    """A spreadsheet's day is a time at midnight: one and the same day is told from both."""
    if isinstance(value, dt.datetime) and value.time() == dt.time():
        return value.date()
    return value


def _portions(rows: Iterable[Any]) -> Iterator[list[Any]]:
    iterator = iter(rows)
    while part := list(itertools.islice(iterator, _CHUNK_ROWS)):
        yield part
