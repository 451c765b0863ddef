"""A table's rows in every form that is loaded, of text or of types; all of them say the same."""

from __future__ import annotations

import csv
import gzip
import io
import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd

from refnet.loaders import TABLES
from tests.loaders.brands import Row

_NUMBERS = ("money", "number", "count")
_FURTHER = {"Shoe size": "number", "vip": "flag"}


def columns(rows: Sequence[Row]) -> list[str]:
    """The header."""
    return list(dict.fromkeys(name for row in rows for name in row))


def frame(rows: Sequence[Row]) -> pd.DataFrame:
    """All cells text."""
    return pd.DataFrame({c: pd.Series([r.get(c) for r in rows], dtype=object) for c in columns(rows)})


def typed(table: str, rows: Sequence[Row]) -> pd.DataFrame:
    """Numbers as numbers, flags as flags, times as times; what has no type of its own stays text."""
    made = {}
    for name in columns(rows):
        known = TABLES[table].by_name.get(name)
        kind = known.type if known is not None else _FURTHER.get(name, "text")
        cells: list[Any] = [row.get(name) for row in rows]
        if kind in _NUMBERS:
            made[name] = pd.Series([None if c is None else float(c) for c in cells], dtype="float64")
        elif kind == "flag":
            made[name] = pd.Series([None if c is None else c == "true" for c in cells], dtype="boolean")
        elif kind == "time":
            made[name] = pd.to_datetime(pd.Series(cells, dtype=object), format="ISO8601", utc=True)
        else:
            made[name] = pd.Series(cells, dtype=object)
    return pd.DataFrame(made)


def _separated(rows: Sequence[Row], mark: str = ",") -> str:
    text = io.StringIO(newline="")
    written = csv.writer(text, delimiter=mark)
    written.writerow(columns(rows))
    written.writerows([[row.get(name) or "" for name in columns(rows)] for row in rows])
    return text.getvalue()


def _csv(path: Path, table: str, rows: Sequence[Row]) -> None:
    path.with_suffix(".csv").write_bytes(_separated(rows).encode())


def _semicolons(path: Path, table: str, rows: Sequence[Row]) -> None:
    path.with_suffix(".csv").write_bytes(_separated(rows, ";").encode("utf-16"))


def _packed(path: Path, table: str, rows: Sequence[Row]) -> None:
    path.with_suffix(".csv.gz").write_bytes(gzip.compress(_separated(rows).encode("utf-8-sig")))


def _jsonl(path: Path, table: str, rows: Sequence[Row]) -> None:
    """Cells that say nothing are left out of their lines; numbers and flags are those of JSON."""
    held = typed(table, rows)
    lines = []
    for place, row in enumerate(rows):
        cells = {name: held[name].iloc[place] for name in row if row[name] is not None or place == 0}
        lines.append({n: c.item() if hasattr(c, "item") else c for n, c in cells.items()})
    kept = [{n: row[n] if isinstance(c, pd.Timestamp) or c is pd.NaT else None if pd.isna(c) else c
             for n, c in line.items()} for row, line in zip(rows, lines, strict=True)]  # fmt: skip
    text = "".join(json.dumps(line) + "\n" for line in kept)
    path.with_suffix(".jsonl").write_text(text, encoding="utf-8")


def _parquet(path: Path, table: str, rows: Sequence[Row]) -> None:
    typed(table, rows).to_parquet(path.with_suffix(".parquet"))


def _parquet_of_text(path: Path, table: str, rows: Sequence[Row]) -> None:
    frame(rows).astype("string").to_parquet(path.with_suffix(".parquet"))


def xlsx(path: Path, table: str, rows: Sequence[Row]) -> None:
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet()
    sheet.append(columns(rows))
    for row in rows:
        sheet.append([row.get(name) for name in columns(rows)])
    book.save(path.with_suffix(".xlsx"))


FILES: dict[str, Callable[[Path, str, Sequence[Row]], None]] = {
    "csv": _csv,
    "semicolons in UTF-16": _semicolons,
    "csv.gz": _packed,
    "jsonl": _jsonl,
    "parquet": _parquet,
    "parquet of text": _parquet_of_text,
    "xlsx": xlsx,
}
"""Each writes the rows beside the path, under its own ending."""
