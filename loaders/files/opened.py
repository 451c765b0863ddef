"""What an opened file is, and the little that all formats share."""

from __future__ import annotations

import codecs
import csv
import gzip
import io
import itertools
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO, Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa

from refnet.core.errors import InputError
from refnet.loaders.check import Reject, Written

LONGEST = 200
"""Of what a library says so many characters: some repeat a part of the file."""
ENDINGS = (".csv", ".csv.gz", ".parquet", ".jsonl", ".jsonl.gz", ".xlsx", ".json", ".json.gz")

CHUNK_ROWS = 40_000

WHOLE = "Is it whole, and what its ending says? Save or fetch it again."
_UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")

# Whole numbers with gaps stay whole: as floats long ids would lose their last digits.
NULLABLE = {
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
    """Some rows of a file.

    Attributes:
        frame: their cells.
        rows: their numbers, the file's header being row 1.
        rejects: lines that are no rows.
        left_out: rows that a mapping keeps out, each with its reason.
        written: what stood in the file where a mapping has changed it, by the column it has become.
        raw: the rows as the file has them, and their numbers, where `frame` is made of them.
        torn: lines that are no rows, by number, as a whole: their cells (separated text), or their text (JSON).
    """

    frame: pd.DataFrame
    rows: npt.NDArray[np.int64]
    rejects: list[Reject]
    left_out: Sequence[Reject] = ()
    written: Mapping[str, Written] = {}
    raw: tuple[pd.DataFrame, npt.NDArray[np.int64]] | None = None
    torn: Mapping[int, Any] = {}


@dataclass(frozen=True)
class Opened:
    """A file whose header has been read.

    Attributes:
        name: for messages.
        columns: the header, as it stands there.
        total: rows, if that is cheap to know.
        chunks: reads the rows, as often as it is called.
        warnings: what a person should know of how it was read.
        form: of a file that its rows could be written to as they are, csv or jsonl.
        label: the short name; '' for a file: its name without directories.
        path: of the file; None: there is none.
        made: by what mapping the rows are made of the file's; '' where they are the file's.
        part: reads some columns of all rows, and maybe more, where that is less work.
        comma: its numbers may have a decimal comma, since what parts its cells is none.
    """

    name: str
    columns: list[str]
    total: int | None
    chunks: Callable[[], Iterator[Chunk]]
    warnings: tuple[str, ...] = ()
    form: str = "csv"
    label: str = ""
    path: Path | None = None
    made: str = ""
    part: Callable[[Sequence[str]], Iterator[Chunk]] | None = None
    comma: bool = False

    @property
    def short(self) -> str:
        """The name without directories."""
        return self.label or Path(self.name).name

    def alone(self, names: Sequence[str]) -> Iterator[Chunk]:
        """The rows, of which only these columns will be looked at."""
        return self.chunks() if self.part is None else self.part(names)

    def called(self, name: str) -> Opened:
        """The same by another name: of what it stands for."""
        return replace(self, name=name, label=name)


def ending(path: Path) -> str:
    """The ending that tells the format; '' if it is none of ours."""
    return next((e for e in sorted(ENDINGS, key=len, reverse=True) if path.name.lower().endswith(e)), "")


@contextmanager
def readable(path: Path) -> Iterator[None]:
    """Whatever a library says of an unreadable file, in one line of ours."""
    try:
        yield
    except UnicodeDecodeError:
        raise _no_text(path) from None
    except FileNotFoundError:
        raise InputError("is not there.", file=path, hint="Check the path.") from None
    except PermissionError:
        raise InputError("may not be read.", file=path, hint="Check its permissions.") from None
    except (pa.ArrowInvalid, pa.ArrowException) as error:
        said = str(error).splitlines()[0] if str(error) else "no reason given"
        if "UTF8" in said:
            raise _no_text(path) from None
        if "straddl" in said:
            raise InputError(
                "has a cell of several megabytes.",
                file=path,
                hint="Is a quotation mark opened and not closed?",
            ) from None
        raise InputError(
            f"cannot be read as {ending(path)}: {said[:LONGEST]}.", file=path, hint=WHOLE
        ) from None
    except RecursionError:
        raise InputError("is nested too deeply.", file=path, hint=WHOLE) from None
    except (
        OSError,
        EOFError,
        zlib.error,
        zipfile.BadZipFile,
        KeyError,
        ValueError,
        SyntaxError,
        csv.Error,
    ) as error:
        raise InputError(
            f"cannot be read as {ending(path)}: {str(error)[:LONGEST]}.", file=path, hint=WHOLE
        ) from None


def as_utf8(path: Path) -> str:
    """What to do with a text file that is in another encoding."""
    return "Save it as CSV UTF-8." if ending(path).startswith(".csv") else "Save it in UTF-8."


def _no_text(path: Path) -> InputError:
    where = _odd_byte(path)
    said = f" in line {where[0]:,}, which has the byte 0x{where[1]:02X}" if where else ""
    return InputError(f"is not UTF-8 text{said}.", file=path, hint=as_utf8(path))


def _odd_byte(path: Path) -> tuple[int, int] | None:
    """The first line of a file that is not UTF-8, and the byte that it is not for; None if that cannot be told."""
    decoder, lines = codecs.getincrementaldecoder("utf-8")(), 1
    try:
        with bytes_of(path) as file:
            while block := file.read(2**20):
                decoder.decode(block)
                lines += block.count(b"\n")
            decoder.decode(b"", final=True)
    except UnicodeDecodeError as error:
        if error.encoding == "utf-8":  # else UTF-16 is broken
            held = bytes(error.object)
            return lines + held[: error.start].count(b"\n"), held[error.start]
    except (OSError, EOFError, zlib.error):
        pass
    return None


@contextmanager
def bytes_of(path: Path) -> Iterator[IO[bytes]]:
    """A text file's bytes, unpacked, and in UTF-8 if it is UTF-16 (which spreadsheets write as 'Unicode text')."""
    with path.open("rb") as raw, gzip.open(raw) if path.name.lower().endswith(".gz") else raw as file:
        if file.peek(2)[:2] in _UTF16_MARKS:
            yield io.BufferedReader(_Recoded(file))  # type: ignore[arg-type]
        else:
            yield file  # type: ignore[misc]


def is_utf16(path: Path) -> bool:
    """Whether a text file says that it is UTF-16."""
    with path.open("rb") as raw, gzip.open(raw) if path.name.lower().endswith(".gz") else raw as file:
        return file.peek(2)[:2] in _UTF16_MARKS


class _Recoded(io.RawIOBase):
    """UTF-16 as UTF-8, a little at a time."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file, self._left = file, b""
        self._decoder = codecs.getincrementaldecoder("utf-16")()

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        while not self._left:
            block = self._file.read(2**16)
            self._left = self._decoder.decode(block, final=not block).encode()
            if not block:
                break
        count = min(len(buffer), len(self._left))
        buffer[:count], self._left = self._left[:count], self._left[count:]
        return count


def as_frame(held: pa.Table | pa.RecordBatch) -> pd.DataFrame:
    """Arrow's columns as pandas': whole numbers with gaps stay whole, lists and objects are what JSON makes of them."""
    # Another's pandas may have left an index in it: it is a column like any other.
    frame: pd.DataFrame = held.to_pandas(types_mapper=NULLABLE.get, ignore_metadata=True)
    for place, field in enumerate(held.schema):
        if pa.types.is_nested(field.type):
            frame.isetitem(place, pd.Series(held.column(place).to_pylist(), dtype=object).array)
    return frame


def without_blank(chunk: Chunk) -> Chunk:
    """The chunk without rows that have nothing in any cell."""
    blank = np.ones(len(chunk.rows), dtype=np.bool_)
    for place in range(chunk.frame.shape[1]):  # a name may be there twice
        blank &= chunk.frame.iloc[:, place].isna().to_numpy(dtype=np.bool_)
        if not blank.any():
            return chunk
    return chunk._replace(frame=chunk.frame[~blank].reset_index(drop=True), rows=chunk.rows[~blank])


def portions(rows: Iterable[Any]) -> Iterator[list[Any]]:
    """Rows, a chunk's worth at a time."""
    iterator = iter(rows)
    while part := list(itertools.islice(iterator, CHUNK_ROWS)):
        yield part
