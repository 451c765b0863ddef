"""Spreadsheets: the first sheet of a workbook."""

from __future__ import annotations

import datetime as dt
import itertools
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from refnet.core.errors import InputError
from refnet.loaders.files.opened import LONGEST, WHOLE, Chunk, Opened, portions, readable, without_blank


def open_xlsx(path: Path) -> Opened:
    """The first sheet; its first row names the columns."""
    names: list[str] = []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        header = next(_sheet(path, names), ())
    while header and header[-1] is None:
        header = header[:-1]
    if not any(name is not None and str(name).strip() for name in header):
        raise InputError(
            "has no header.", file=path, hint="The first row of its first sheet names the columns."
        )
    columns = ["" if name is None else str(name) for name in header]

    def chunks() -> Iterator[Chunk]:
        at = 2
        with readable(path):
            for part in portions(itertools.islice(_sheet(path), 1, None)):
                cells = list(itertools.zip_longest(*part)) if part else []
                cells += [(None,) * len(part)] * (len(columns) - len(cells))
                frame = pd.DataFrame(
                    {
                        place: pd.Series([_cell(v) for v in cells[place]], dtype=object)
                        for place in range(len(columns))
                    }
                )
                frame.columns = pd.Index(columns)
                yield without_blank(Chunk(frame, np.arange(len(part), dtype=np.int64) + at, []))
                at += len(part)

    said: tuple[str, ...] = ()
    if len(names) > 1:
        said = (f"{path.name}: only its first sheet is read, {names[0]!r}; not {', '.join(names[1:])}",)
    return Opened(str(path), columns, None, chunks, warnings=said)


def _sheet(path: Path, names: list[str] | None = None) -> Iterator[tuple[Any, ...]]:
    """The rows of the first sheet; what all of them are called is added to `names`."""
    import openpyxl

    # Opened here: openpyxl leaves open what it cannot read.
    with path.open("rb") as file:
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # styles and extensions that it does not know: of no interest
                book = openpyxl.load_workbook(file, read_only=True, data_only=True)
            if names is not None:
                names += [sheet.title for sheet in book.worksheets]
            yield from book.worksheets[0].iter_rows(values_only=True)
        except OSError:
            raise
        except Exception as error:  # noqa: BLE001 (a workbook that is broken inside makes it raise anything)
            said = "it has no sheet" if isinstance(error, IndexError) else error or type(error).__name__
            raise InputError(
                f"cannot be read as .xlsx: {str(said)[:LONGEST]}.", file=path, hint=WHOLE
            ) from None


def _cell(value: Any) -> Any:
    """A spreadsheet's day is a time at midnight: one and the same day is told from both."""
    if isinstance(value, dt.datetime) and value.time() == dt.time():
        return value.date()
    return value
