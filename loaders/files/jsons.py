"""JSON: Lines, one object each; and dumps of APIs and webhooks, whose nested objects become dotted columns."""

from __future__ import annotations

import io
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import pyarrow as pa

from refnet.core.errors import InputError
from refnet.loaders.check import Reject
from refnet.loaders.columns import as_series
from refnet.loaders.files.nested import (
    Cells,
    Level,
    flattened,
    level,
    names_of,
    plain,
    together,
    within,
)
from refnet.loaders.files.opened import CHUNK_ROWS, Chunk, Opened, bytes_of, portions, readable, without_blank
from refnet.loaders.files.pieces import HALF, PIECE, is_sound, parsed, pieces
from refnet.loaders.files.spooled import Spooled
from refnet.loaders.uncollected import uncollected

_Line = tuple[int, Any, str]  # its number, the object or its text, and how it stands there

# As Python's own objects records take some ten times what they take in a file, packed ones some hundred times.
_KEPT_BYTES, _KEPT_PACKED_BYTES = 16 * 2**20, 2**20

# Of large records a chunk's worth would be too many to be held at once.
_MOST_PIECES = 64


def open_jsonl(path: Path) -> Opened:
    """JSON Lines: one object a line, its keys the columns, nested values as they are."""
    columns: dict[str, None] = {}
    total = 0
    for _, row, _ in _json_rows(path):
        columns.update(dict.fromkeys(row if isinstance(row, dict) else ()))
        total += 1
    if not columns:
        raise InputError(
            "has no JSON object on any line.", file=path, hint="One object a line, its keys the columns."
        )

    def chunks() -> Iterator[Chunk]:
        with readable(path):
            for part in portions(_json_rows(path)):
                good = [(number, row) for number, row, _ in part if isinstance(row, dict)]
                bad = [(number, row) for number, row, _ in part if not isinstance(row, dict)]
                cells = plain([row for _, row in good])
                yield without_blank(_chunk([number for number, _ in good], cells, bad, columns))

    return Opened(str(path), list(columns), total, chunks, form="jsonl")


def _json_rows(path: Path) -> Iterator[_Line]:
    """All lines that have something on them. There is no header: the first line is row 1."""
    with bytes_of(path) as file, io.TextIOWrapper(file, encoding="utf-8-sig") as lines:
        for number, line in enumerate(lines, start=1):
            try:
                row = parsed(line)
            except (ValueError, RecursionError):
                row = None
                if not line.strip():
                    continue
            good = type(row) is dict and (is_sound(line) or _sound(row))
            yield number, row if good else line.strip(), line


def _sound(record: dict[str, Any]) -> bool:
    """Whether all of its text is text: JSON can write half of a character, which nothing can keep."""
    try:
        json.dumps(record, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return False
    return True


def _why(text: str) -> str:
    """What to say of a record that is none."""
    return "has half of a character in it" if HALF.search(text) else "is no JSON object"


class Dump:
    """The documents of one JSON file: a source may have its records in several places, and give several tables' rows.

    It is parsed once, some records at a time, which are made columns at once. Of a small file these are kept in memory,
    those of a large one in a file of their own.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.lines = path.name.lower().removesuffix(".gz").endswith(".jsonl")
        self._headers: dict[str, tuple[list[str], int]] = {}
        self._parts: dict[str, list[_Part] | Spooled[_Part]] = {}

    def survey(self, places: Iterable[str]) -> None:
        """Find the headers at all these places in one go, which is one reading of the file for all of them."""
        asked = [place for place in dict.fromkeys(places) if place not in self._headers]
        with uncollected():
            if asked and self.lines:
                self._by_line(asked)
            elif asked and not self._in_pieces(asked):
                self._as_a_whole(asked)

    def _by_line(self, asked: Sequence[str]) -> None:
        """Look at a file of one document a line."""
        found = {place: _Gathered(self._room()) for place in asked}
        for numbers, documents in _some_lines(self.path):
            for place, gathered in found.items():
                if not place:
                    gathered.add(documents, sound=True, numbers=numbers)
                    continue
                outer = place.partition(".")[0]
                held = [
                    (number, record)
                    for number, one in zip(numbers, documents, strict=True)
                    if type(one) is dict and outer in one
                    for record in within(one, place)
                ]
                gathered.add([each for _, each in held], sound=True, numbers=[number for number, _ in held])
        self._take(found)

    def _in_pieces(self, asked: Sequence[str]) -> bool:
        """Look at a file that is one document, a piece after the other; whether that went."""
        found = {place: _Gathered(self._room()) for place in asked}
        came: set[str] = set()
        sound = True
        try:
            with bytes_of(self.path) as file:
                for at, records, sound in pieces(file, asked):
                    came.update([at] if at else [])
                    for place, gathered in found.items():
                        if not at:  # documents; the lists of one that came in pieces are empty in it
                            gathered.add(
                                [each for one in records for each in within(one, place)], sound=sound
                            )
                        elif at == place:
                            gathered.add(records, sound=sound)
                    del records
        except (ValueError, RecursionError):
            return False  # whatever it is, it is told of the whole
        self._take(found)
        # What something in it came in pieces of is read as a whole if it is asked for, which it hardly ever is.
        for place in asked:
            if any(place == "" or at.startswith(f"{place}.") for at in came):
                del self._parts[place]
                if not sound:  # half of a character in a list that it came without
                    del self._headers[place]
        return True

    def _as_a_whole(self, asked: Sequence[str]) -> None:
        """Look at a file that is one document, all of it at once."""
        found = {place: _Gathered(self._room()) for place in asked}
        with bytes_of(self.path) as file:
            text = file.read().decode("utf-8-sig")
        sound, document = is_sound(text), parsed(text)
        del text
        for place, gathered in found.items():
            documents = document if isinstance(document, list) else [document]
            gathered.add([each for one in documents for each in within(one, place)], sound=sound)
        self._take(found)

    def _room(self) -> list[_Part] | Spooled[_Part]:
        most = _KEPT_PACKED_BYTES if self.path.suffix.lower() == ".gz" else _KEPT_BYTES
        return [] if self.path.stat().st_size <= most else Spooled()

    def _take(self, found: Mapping[str, _Gathered]) -> None:
        for place, gathered in found.items():
            self._headers[place] = gathered.header()
            self._parts[place] = gathered.parts()

    def header(self, at: str) -> tuple[list[str], int]:
        """The columns of the records there, and how many records there are."""
        self.survey([at])
        return self._headers[at]

    def chunks(self, at: str) -> Iterator[Chunk]:
        """The records there as rows, nested objects as dotted columns; a row's number is its line's, or from 1 on."""
        columns, _ = self.header(at)
        if at not in self._parts:
            with uncollected():
                self._as_a_whole([at])
        for numbers, cells, bad in self._parts[at]:
            yield _chunk(numbers, cells, bad, columns)


def _some_lines(path: Path) -> Iterator[tuple[list[int], list[Any]]]:
    """The numbers of lines, and what is on them, a piece's worth at a time."""
    numbers: list[int] = []
    documents: list[Any] = []
    size = 0
    for number, document, line in _json_rows(path):
        numbers.append(number)
        documents.append(document)
        size += len(line)
        if size >= PIECE:
            yield numbers, documents
            numbers, documents, size = [], [], 0
    yield numbers, documents


class _Part(NamedTuple):
    """A chunk's worth of records by column: the numbers of those that are objects, their cells, and the others."""

    numbers: Sequence[int]
    cells: dict[str, Cells]
    bad: list[tuple[int, str]]


class _Gathered:
    """Records as they come, a few at a time, made columns at once.

    Args:
        parts: where they are put, a chunk's worth each.
    """

    def __init__(self, parts: list[_Part] | Spooled[_Part]) -> None:
        self._names: list[Level] = []
        self._done = parts
        self._some: list[_Part] = []
        self._count = 0

    def add(self, records: Sequence[Any], *, sound: bool, numbers: Sequence[int] | None = None) -> None:
        """Further ones; their numbers, if these do not just go on."""
        start = 0
        while start < len(records):
            # A chunk's worth ends where it does when all of them are at hand.
            stop = min(len(records), start + CHUNK_ROWS - self._count % CHUNK_ROWS)
            whose: list[int] = []
            good: list[dict[str, Any]] = []
            bad: list[tuple[int, str]] = []
            its = (
                range(self._count + 1, self._count + stop - start + 1)
                if numbers is None
                else numbers[start:stop]
            )
            _sorted_out(its, records[start:stop], sound, whose, good, bad)
            if good:
                held = level(good)
                names = held.names()
                self._names += [names] if names not in self._names else []
                self._some.append(_Part(whose, flattened(held), bad))
            elif bad:
                self._some.append(_Part([], {}, bad))
            self._count += stop - start
            start = stop
            if self._count % CHUNK_ROWS == 0 or len(self._some) == _MOST_PIECES:
                self._together()

    def header(self) -> tuple[list[str], int]:
        """The columns, and how many records there are."""
        names: dict[str, None] = {}
        names_of(self._names, names)
        return list(names), self._count

    def parts(self) -> list[_Part] | Spooled[_Part]:
        """All of them, a chunk's worth each."""
        self._together()
        return self._done

    def _together(self) -> None:
        if self._some:
            counts = [len(part.numbers) for part in self._some]
            cells = together([part.cells for part in self._some], counts)
            numbers = [number for part in self._some for number in part.numbers]
            self._done.append(_Part(numbers, cells, [each for part in self._some for each in part.bad]))
            self._some = []


def _sorted_out(
    its: Sequence[int],
    records: Sequence[Any],
    sound: bool,
    numbers: list[int],
    good: list[dict[str, Any]],
    bad: list[tuple[int, str]],
) -> None:
    """Put records that are objects here, and the others there."""
    if _all_whole(records, sound):
        numbers += its
        good += records
        return
    for number, record in zip(its, records, strict=True):
        if isinstance(record, dict) and (sound or _sound(record)):
            numbers.append(number)
            good.append(record)
        else:
            bad.append((number, record if isinstance(record, str) else json.dumps(record)))


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
    return Chunk(frame, np.array(numbers, dtype=np.int64), rejects, torn=dict(misfits))


def _series(cells: Cells, index: pd.Index[Any]) -> pd.Series[Any]:
    if isinstance(cells, list):
        return pd.Series(cells, index, dtype=object)
    if not pa.types.is_integer(cells.type):
        return as_series(cells, index)
    held: pd.api.extensions.ExtensionArray = pd.Int64Dtype().__from_arrow__(cells)  # type: ignore[attr-defined]
    return pd.Series(held, index=index)


def _all_whole(records: Sequence[Any], sound: bool) -> bool:
    """Whether all of them are objects, and known to be text."""
    return sound and set(map(type, records)) <= {dict}
