"""JSON: Lines, one object each; and dumps of APIs and webhooks, whose nested objects become dotted columns."""

from __future__ import annotations

import io
import json
import re
import weakref
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pandas as pd
import pyarrow as pa

from refnet.core.errors import InputError
from refnet.loaders.check import Reject
from refnet.loaders.columns import as_series
from refnet.loaders.files.nested import Cells, Level, flattened, header, level, names_of, plain, within
from refnet.loaders.files.opened import CHUNK_ROWS, Chunk, Opened, bytes_of, portions, readable, without_blank
from refnet.loaders.uncollected import uncollected

_Record = tuple[int, dict[str, Any] | None, str]
_Found = tuple[Sequence[int], list[Any], bool]  # numbers of records, these, and as of documents
_Document = tuple[int, Any, bool]  # its line, what it is, and whether all of its text is known to be text

# As Python's own objects records take some ten times what they take in a file, packed ones some hundred times.
_KEPT_BYTES, _KEPT_PACKED_BYTES = 16 * 2**20, 2**20

# An escape of the range that only pairs of them make characters of.
_HALF = re.compile(r"\\u[dD][89a-fA-F]")


def open_jsonl(path: Path) -> Opened:
    """JSON Lines: one object a line, its keys the columns, nested values as they are."""
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
        with readable(path):
            for part in portions(_json_rows(path)):
                good = [(number, row) for number, row, _ in part if row is not None]
                bad = [(number, text) for number, row, text in part if row is None]
                cells = plain([row for _, row in good])
                yield without_blank(_chunk([number for number, _ in good], cells, bad, columns))

    return Opened(str(path), list(columns), total, chunks, form="jsonl")


def _json_rows(path: Path) -> Iterator[tuple[int, dict[str, Any] | None, str]]:
    """Line number, the object or None, and the line. There is no header: the first line is row 1."""
    with bytes_of(path) as file, io.TextIOWrapper(file, encoding="utf-8-sig") as lines:
        for number, line in enumerate(lines, start=1):
            if not line.strip():
                continue
            try:
                row = json.loads(line)
            except (ValueError, RecursionError):
                row = None
            yield (
                number,
                row if isinstance(row, dict) and (_is_sound(line) or _sound(row)) else None,
                line.strip(),
            )


def _is_sound(text: str) -> bool:
    """Whether none of what JSON writes can be half of a character, by what it looks like."""
    return "\\u" not in text or not _HALF.search(text)


def _sound(record: dict[str, Any]) -> bool:
    """Whether all of its text is text: JSON can write half of a character, which nothing can keep."""
    try:
        json.dumps(record, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return False
    return True


def _why(text: str) -> str:
    """What to say of a record that is none."""
    return "has half of a character in it" if _HALF.search(text) else "is no JSON object"


class Dump:
    """The documents of one JSON file: a source may have its records in several places, and give several tables' rows.

    What was parsed is kept until rows are made of it, and these are kept then: of a large file until another large one
    is parsed. JSON Lines of a large file are never in memory as a whole, and parsed again each time.
    """

    _latest: ClassVar[weakref.ref[Dump] | None] = None

    def __init__(self, path: Path) -> None:
        self.path = path
        self.lines = path.name.lower().removesuffix(".gz").endswith(".jsonl")
        self._kept: list[_Document] | None = None
        self._headers: dict[str, tuple[list[str], int]] = {}
        self._levels: dict[str, list[Level]] = {}
        self._chunks: dict[str, list[Chunk]] = {}

    def survey(self, places: Iterable[str]) -> None:
        """Find the headers at all these places in one go, which is one reading of the file for all of them."""
        asked = [place for place in dict.fromkeys(places) if place not in self._headers]
        names: dict[str, dict[str, None]] = {place: {} for place in asked}
        totals = dict.fromkeys(asked, 0)
        with uncollected():
            for document in self._documents() if asked else ():
                for place in asked:
                    totals[place] += self._look(place, document, names[place])
                del document  # it would be held when it is collected again
            if self._levels:
                # Of a record as Python has it there are hundreds of objects, which would be looked at for garbage
                # again and again. Another place of the file, for which it is parsed again, is hardly ever asked for.
                self._kept = None
        self._headers.update({place: (list(names[place]), totals[place]) for place in asked})

    def _look(self, place: str, document: _Document, names: dict[str, None]) -> int:
        """Add the columns of a document's records there; how many records these are."""
        _, held, sound = document
        records = within(held, place)
        if len(records) < CHUNK_ROWS or not _all_whole(records, sound):
            header(_whole(records, sound), names)
        else:
            names_of(self._by_column(place, records), names)
        return len(records)

    def _by_column(self, place: str, records: Sequence[dict[str, Any]]) -> list[Level]:
        """Many records of one document, a chunk's worth each; kept if that is all there is in the file."""
        starts = range(0, len(records), CHUNK_ROWS)
        made = [level(records[start : start + CHUNK_ROWS]) for start in starts]
        if self._kept is not None and len(self._kept) == 1:
            self._levels[place] = made
        return made

    def header(self, at: str) -> tuple[list[str], int]:
        """The columns of the records there, and how many records there are."""
        self.survey([at])
        return self._headers[at]

    def chunks(self, at: str) -> Iterator[Chunk]:
        """The records there as rows, nested objects as dotted columns."""
        columns, _ = self.header(at)
        made = (self._made(part, columns) for part in self._portions(at))
        if self.lines and not self._small:
            yield from made
            return
        if at not in self._chunks:
            if at in self._levels:
                self._chunks[at] = list(_of_levels(self._levels.pop(at), columns))
            else:
                self._chunks[at] = list(made)
                self._kept = None  # as in `survey`
        for chunk in self._chunks[at]:  # their frames' columns may be called otherwise by whoever gets them
            yield chunk._replace(frame=chunk.frame.copy(deep=False))

    def _made(self, part: Sequence[_Found], columns: Sequence[str]) -> Chunk:
        """Some records as rows; the number of each is that of its line (JSON Lines), or its own, from 1 on."""
        numbers: list[int] = []
        good: list[dict[str, Any]] = []
        bad: list[tuple[int, str]] = []
        for its, records, sound in part:
            if _all_whole(records, sound):
                numbers += its
                good += records
                continue
            for number, record in zip(its, records, strict=True):
                if isinstance(record, dict) and (sound or _sound(record)):
                    numbers.append(number)
                    good.append(record)
                else:
                    bad.append((number, record if isinstance(record, str) else json.dumps(record)))
        return _chunk(numbers, flattened(level(good)), bad, columns)

    def _portions(self, at: str) -> Iterator[list[_Found]]:
        """All records there, a chunk's worth at a time."""
        part: list[_Found] = []
        room, count = CHUNK_ROWS, 0
        for line, document, sound in self._documents():
            records, start = within(document, at), 0
            while start < len(records):
                some = records[start : start + room]
                its = [line] * len(some) if self.lines else range(count + 1, count + len(some) + 1)
                part.append((its, some, sound))
                start, count, room = start + len(some), count + len(some), room - len(some)
                if not room:
                    yield part
                    part, room = [], CHUNK_ROWS
        if part:
            yield part

    @property
    def _small(self) -> bool:
        """Whether it may be kept in memory beside others."""
        most = _KEPT_PACKED_BYTES if self.path.suffix.lower() == ".gz" else _KEPT_BYTES
        return self.path.stat().st_size <= most

    def _documents(self) -> Iterable[_Document]:
        if self._kept is None:
            if not self._small:
                if self.lines:
                    return self._parsed()
                before = None if Dump._latest is None else Dump._latest()
                if before is not None:
                    before._forget()
                Dump._latest = weakref.ref(self)
            self._kept = list(self._parsed())
        return self._kept

    def _forget(self) -> None:
        self._kept = None
        self._levels.clear()
        self._chunks.clear()

    def _parsed(self) -> Iterator[_Document]:
        if self.lines:
            for number, row, text in _json_rows(self.path):
                yield number, row if row is not None else text, True
            return
        with bytes_of(self.path) as file:
            text = file.read().decode("utf-8-sig")
        sound = _is_sound(text)
        with uncollected():
            whole = json.loads(text)
        del text
        for each in whole if isinstance(whole, list) else [whole]:
            yield 0, each, sound


def open_records(path: Path, at: str = "", dump: Dump | None = None) -> Opened:
    """The records of a dump, `{"sale": {"amount": 1}}` being the column sale.amount; lists stay as they are.

    Args:
        path: JSON Lines, a JSON list, or an object.
        at: where in each document the records are, such as `data`; '': the documents themselves.
        dump: the file's documents, where it is opened at several places.

    Raises:
        InputError: there is no record in it.
    """
    dump = dump or Dump(path)
    with readable(path):
        columns, total = dump.header(at)
    if not columns:
        where = f" at {at}" if at else ""
        raise InputError(
            f"has no JSON object{where}.", file=path, hint="It is a list of objects, or one object a line."
        )

    def chunks() -> Iterator[Chunk]:
        with readable(path):
            yield from dump.chunks(at)

    return Opened(str(path), columns, total, chunks, form="jsonl")


def _chunk(
    numbers: Sequence[int],
    cells: Mapping[str, Cells],
    misfits: Sequence[tuple[int, str]],
    columns: Iterable[str],
) -> Chunk:
    none, index = pa.nulls(len(numbers), pa.large_string()), pd.RangeIndex(len(numbers))
    held = {column: _series(cells.get(column, none), index) for column in columns}
    frame = pd.DataFrame(held, index=index, copy=False)
    rejects = [Reject(number, "", text[:200], _why(text)) for number, text in misfits]
    return Chunk(frame, np.array(numbers, dtype=np.int64), rejects, torn=dict(misfits), read={})


def _series(cells: Cells, index: pd.Index[Any]) -> pd.Series[Any]:
    return pd.Series(cells, index, dtype=object) if isinstance(cells, list) else as_series(cells, index)


def _of_levels(levels: list[Level], columns: Sequence[str]) -> Iterator[Chunk]:
    """Records by column as rows; what is done with goes."""
    count = 0
    levels.reverse()
    while levels:
        held = levels.pop()
        yield _chunk(range(count + 1, count + held.count + 1), flattened(held), [], columns)
        count += held.count


def _all_whole(records: Sequence[Any], sound: bool) -> bool:
    """Whether all of them are objects, and known to be text."""
    return sound and set(map(type, records)) <= {dict}


def _whole(records: Sequence[Any], sound: bool) -> list[dict[str, Any]]:
    """Those that are objects, and text."""
    return [record for record in records if isinstance(record, dict) and (sound or _sound(record))]
