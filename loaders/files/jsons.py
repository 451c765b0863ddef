"""JSON: Lines, one object each; and dumps of APIs and webhooks, whose nested objects become dotted columns."""

from __future__ import annotations

import gc
import io
import json
import re
import weakref
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pandas as pd

from refnet.core.errors import InputError
from refnet.loaders.check import Reject
from refnet.loaders.files.opened import Chunk, Opened, bytes_of, portions, readable, without_blank

_Record = tuple[int, dict[str, Any] | None, str]
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
                yield without_blank(_chunk(part, columns, _plain))

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
                row if isinstance(row, dict) and ("\\u" not in line or _sound(row)) else None,
                line.strip(),
            )


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

    What was parsed is kept, and the rows that were made of it: of a large file until another large one is parsed. JSON
    Lines of a large file are never in memory as a whole, and parsed again each time.
    """

    _latest: ClassVar[weakref.ref[Dump] | None] = None

    def __init__(self, path: Path) -> None:
        self.path = path
        self.lines = path.name.lower().removesuffix(".gz").endswith(".jsonl")
        self._kept: list[_Document] | None = None
        self._headers: dict[str, tuple[list[str], int]] = {}
        self._chunks: dict[str, list[Chunk]] = {}

    def survey(self, places: Iterable[str]) -> None:
        """Find the headers at all these places in one go, which is one reading of the file for all of them."""
        asked = [place for place in dict.fromkeys(places) if place not in self._headers]
        names: dict[str, dict[str, None]] = {place: {} for place in asked}
        totals = dict.fromkeys(asked, 0)
        for _, document, sound in self._documents() if asked else ():
            for place in asked:
                records = within(document, place)
                totals[place] += len(records)
                header([r for r in records if isinstance(r, dict) and (sound or _sound(r))], names[place])
        self._headers.update({place: (list(names[place]), totals[place]) for place in asked})

    def header(self, at: str) -> tuple[list[str], int]:
        """The columns of the records there, and how many records there are."""
        self.survey([at])
        return self._headers[at]

    def chunks(self, at: str) -> Iterator[Chunk]:
        """The records there as rows, nested objects as dotted columns."""
        columns, _ = self.header(at)
        made = (_chunk(part, columns, columns_of) for part in portions(self._records(at)))
        if self.lines and not self._small:
            yield from made
            return
        if at not in self._chunks:
            self._chunks[at] = list(made)
        for chunk in self._chunks[at]:  # their frames' columns may be called otherwise by whoever gets them
            yield chunk._replace(frame=chunk.frame.copy(deep=False))

    def _records(self, at: str) -> Iterator[_Record]:
        """Number of the line (JSON Lines) or record (from 1), the record or None, and the text of no record."""
        count = 0
        for line, document, sound in self._documents():
            for record in within(document, at):
                count += 1
                number = line if self.lines else count
                if isinstance(record, dict) and (sound or _sound(record)):
                    yield number, record, ""
                else:
                    yield number, None, record if isinstance(record, str) else json.dumps(record)

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
        self._chunks.clear()

    def _parsed(self) -> Iterator[_Document]:
        if self.lines:
            for number, row, text in _json_rows(self.path):
                yield number, row if row is not None else text, True
            return
        with bytes_of(self.path) as file:
            text = file.read().decode("utf-8-sig")
        sound = "\\u" not in text
        with _uncollected():
            whole = json.loads(text)
        del text
        for each in whole if isinstance(whole, list) else [whole]:
            yield 0, each, sound


@contextmanager
def _uncollected() -> Iterator[None]:
    """Without looking for garbage, of which parsing makes none: it takes twice the time of the parsing."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


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
    part: Sequence[_Record],
    columns: Iterable[str],
    cells: Callable[[Sequence[dict[str, Any]]], dict[str, list[Any]]],
) -> Chunk:
    good = [(number, row) for number, row, _ in part if row is not None]
    found, none = cells([row for _, row in good]), [None] * len(good)
    frame = pd.DataFrame({c: pd.Series(found.get(c, none), dtype=object) for c in columns})
    rejects = [Reject(n, "", text[:200], _why(text)) for n, row, text in part if row is None]
    torn = {n: text for n, row, text in part if row is None}
    return Chunk(frame, np.array([n for n, _ in good], dtype=np.int64), rejects, torn=torn)


def within(value: Any, at: str) -> list[Any]:
    """What is at a dotted path: the elements of a list, else the one value; nothing where there is none."""
    for name in filter(None, at.split(".")):
        if isinstance(value, list) and name.isdecimal():
            value = value[int(name)] if int(name) < len(value) else None
        else:
            value = value.get(name) if isinstance(value, dict) else None
    if not at:
        return [value]
    return value if isinstance(value, list) else [] if value is None else [value]


def header(records: Iterable[dict[str, Any]], into: dict[str, None], outer: str = "") -> None:
    """The names of all columns of records, as `flat` and `columns_of` make them, in the order in which they come."""
    inner: dict[str, list[dict[str, Any]]] = {}
    for record in records:
        for name, value in record.items():
            if type(value) is dict:  # as `json` makes them; isinstance takes twice as long
                inner.setdefault(name, []).append(value)
            else:
                into[outer + name] = None
    for name, nested in inner.items():
        header(nested, into, f"{outer}{name}.")


def columns_of(records: Sequence[dict[str, Any]], outer: str = "") -> dict[str, list[Any]]:
    """The cells of records by column, nested objects as dotted names; None where a record has no such cell."""
    names: dict[str, Any] = {}
    for record in records:
        names.update(record)
    found: dict[str, list[Any]] = {}
    for name in names:
        values = [record.get(name) for record in records]
        made = {outer + name: values}
        if dict in set(map(type, values)):
            made = columns_of([v if isinstance(v, dict) else {} for v in values], f"{outer}{name}.")
            made[outer + name] = [None if isinstance(value, dict) else value for value in values]
        for column, cells in made.items():
            before = found.get(column)
            found[column] = cells if before is None else _first(cells, before)
    return found


def _plain(records: Sequence[dict[str, Any]]) -> dict[str, list[Any]]:
    """The cells of records by column, nested values as they are."""
    names: dict[str, Any] = {}
    for record in records:
        names.update(record)
    return {name: [record.get(name) for record in records] for name in names}


def _first(cells: list[Any], other: list[Any]) -> list[Any]:
    """Each cell, or where there is none the other: a record may write one column in two ways."""
    return [o if cell is None else cell for cell, o in zip(cells, other, strict=True)]


def flat(record: dict[str, Any], outer: str = "") -> dict[str, Any]:
    """Nested objects as dotted names, all of them in `outer`."""
    found: dict[str, Any] = {}
    for name, value in record.items():
        if isinstance(value, dict):
            found.update(flat(value, f"{outer}{name}."))
        else:
            found[outer + name] = value
    return found
