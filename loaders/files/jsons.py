"""JSON: Lines, one object each; and dumps of APIs and webhooks, whose nested objects become dotted columns."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from refnet.core.errors import InputError
from refnet.loaders.check import Reject
from refnet.loaders.files.opened import Chunk, Opened, bytes_of, portions, readable, without_blank

_Record = tuple[int, dict[str, Any] | None, str]

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
                frame = pd.DataFrame(
                    {c: pd.Series([r.get(c) for _, r in good], dtype=object) for c in columns}
                )
                rejects = [Reject(n, "", text[:200], _why(text)) for n, row, text in part if row is None]
                torn = {n: text for n, row, text in part if row is None}
                yield without_blank(
                    Chunk(frame, np.array([n for n, _ in good], dtype=np.int64), rejects, torn=torn)
                )

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


def open_records(path: Path, at: str = "") -> Opened:
    """The records of a dump, `{"sale": {"amount": 1}}` being the column sale.amount; lists stay as they are.

    Args:
        path: JSON Lines, a JSON list, or an object.
        at: where in each document the records are, such as `data`; '': the documents themselves.

    Raises:
        InputError: there is no record in it.
    """
    columns: dict[str, None] = {}
    total = 0
    with readable(path):
        # A source may give rows of several tables: what is small is not taken apart again for each.
        most = _KEPT_PACKED_BYTES if path.suffix.lower() == ".gz" else _KEPT_BYTES
        kept: list[_Record] | None = [] if path.stat().st_size <= most else None
        for record in _records(path, at):
            columns.update(dict.fromkeys(record[1] or ()))
            total += 1
            if kept is not None:
                kept.append(record)
    if not columns:
        where = f" at {at}" if at else ""
        raise InputError(
            f"has no JSON object{where}.", file=path, hint="It is a list of objects, or one object a line."
        )

    def chunks() -> Iterator[Chunk]:
        with readable(path):
            for part in portions(_records(path, at) if kept is None else kept):
                good = [(number, row) for number, row, _ in part if row is not None]
                frame = pd.DataFrame(
                    {c: pd.Series([r.get(c) for _, r in good], dtype=object) for c in columns}
                )
                rejects = [Reject(n, "", text[:200], _why(text)) for n, row, text in part if row is None]
                torn = {n: text for n, row, text in part if row is None}
                yield Chunk(frame, np.array([n for n, _ in good], dtype=np.int64), rejects, torn=torn)

    return Opened(str(path), list(columns), total, chunks, form="jsonl")


def _records(path: Path, at: str) -> Iterator[_Record]:
    """Number of the line (JSON Lines) or of the record (from 1), the flat record or None, and the text of no record."""
    lines, escaped = path.name.lower().removesuffix(".gz").endswith(".jsonl"), False
    if lines:
        documents = ((n, row if row is not None else text) for n, row, text in _json_rows(path))
    else:
        with bytes_of(path) as file:
            text = file.read().decode("utf-8-sig")
        escaped, whole = "\\u" in text, json.loads(text)
        del text
        documents = ((0, each) for each in (whole if isinstance(whole, list) else [whole]))
    count = 0
    for line, document in documents:
        for record in within(document, at):
            count += 1
            number = line if lines else count
            if isinstance(record, dict) and (not escaped or _sound(record)):
                yield number, flat(record), ""
            else:
                yield number, None, record if isinstance(record, str) else json.dumps(record)


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


def flat(record: dict[str, Any]) -> dict[str, Any]:
    """Nested objects as dotted names."""
    found: dict[str, Any] = {}
    for name, value in record.items():
        if isinstance(value, dict):
            found |= {f"{name}.{inner}": held for inner, held in flat(value).items()}
        else:
            found[name] = value
    return found
