"""JSON: Lines, one object each; and dumps of APIs and webhooks, whose nested objects become dotted columns."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

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
                yield without_blank(_chunk(part, columns))

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
    """The documents of one JSON file: those of a small one are parsed once, however often they are asked for.

    A source may have its records in several places, and gives rows of several tables.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.lines = path.name.lower().removesuffix(".gz").endswith(".jsonl")
        self._kept: list[_Document] | None = None

    @property
    def small(self) -> bool:
        """Whether it may be kept in memory."""
        most = _KEPT_PACKED_BYTES if self.path.suffix.lower() == ".gz" else _KEPT_BYTES
        return self.path.stat().st_size <= most

    def records(self, at: str) -> Iterator[_Record]:
        """Number of the line (JSON Lines) or record (from 1), the flat record or None, and the text of no record."""
        count = 0
        for line, document, sound in self._documents():
            for record in within(document, at):
                count += 1
                number = line if self.lines else count
                if isinstance(record, dict) and (sound or _sound(record)):
                    yield number, flat(record), ""
                else:
                    yield number, None, record if isinstance(record, str) else json.dumps(record)

    def _documents(self) -> Iterator[_Document]:
        if self._kept is not None:
            yield from self._kept
        elif self.small:
            self._kept = list(self._parsed())
            yield from self._kept
        else:
            yield from self._parsed()

    def _parsed(self) -> Iterator[_Document]:
        if self.lines:
            for number, row, text in _json_rows(self.path):
                yield number, row if row is not None else text, True
            return
        with bytes_of(self.path) as file:
            text = file.read().decode("utf-8-sig")
        sound, whole = "\\u" not in text, json.loads(text)
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
    columns: dict[str, None] = {}
    total = 0
    records: list[_Record] = []
    with readable(path):
        small = dump.small
        for record in dump.records(at):
            columns.update(dict.fromkeys(record[1] or ()))
            total += 1
            if small:
                records.append(record)
    if not columns:
        where = f" at {at}" if at else ""
        raise InputError(
            f"has no JSON object{where}.", file=path, hint="It is a list of objects, or one object a line."
        )
    kept: list[Chunk] = []

    def chunks() -> Iterator[Chunk]:
        if not kept:
            with readable(path):
                for part in portions(records or dump.records(at)):
                    chunk = _chunk(part, columns)
                    if small:
                        kept.append(chunk)
                    else:
                        yield chunk
            records.clear()
        for chunk in kept:  # their frames' columns may be called otherwise by whoever gets them
            yield chunk._replace(frame=chunk.frame.copy(deep=False))

    return Opened(str(path), list(columns), total, chunks, form="jsonl")


def _chunk(part: Sequence[_Record], columns: Iterable[str]) -> Chunk:
    good = [(number, row) for number, row, _ in part if row is not None]
    frame = pd.DataFrame({c: pd.Series([r.get(c) for _, r in good], dtype=object) for c in columns})
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


def flat(record: dict[str, Any], outer: str = "") -> dict[str, Any]:
    """Nested objects as dotted names, all of them in `outer`."""
    found: dict[str, Any] = {}
    for name, value in record.items():
        if isinstance(value, dict):
            found.update(flat(value, f"{outer}{name}."))
        else:
            found[outer + name] = value
    return found
