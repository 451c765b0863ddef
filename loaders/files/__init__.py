"""Files: the formats and DataFrames, each as a header and chunks of rows, read as they are and no more.

Nothing is guessed: a csv's cells are text, other formats keep their types, and what they mean is for `cells`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from refnet.core.errors import InputError
from refnet.loaders.files.jsons import Dump, open_jsonl, open_records
from refnet.loaders.files.opened import CHUNK_ROWS, ENDINGS, Chunk, Opened, as_frame, ending, readable
from refnet.loaders.files.separated import open_csv
from refnet.loaders.files.sheets import open_xlsx

__all__ = ["ENDINGS", "Chunk", "Dump", "Opened", "ending", "open_file", "open_frame", "open_records"]


def open_file(path: Path) -> Opened:
    """Read a file's header.

    Raises:
        InputError: it cannot be read, is empty, or is not what its ending says.
    """
    openers = {
        ".csv": open_csv,
        ".parquet": _parquet,
        ".jsonl": open_jsonl,
        ".json": open_records,
        ".xlsx": open_xlsx,
    }
    with readable(path):
        if path.stat().st_size == 0:
            raise InputError(
                "is empty.", file=path, hint="`refnet template DIR` writes files with the right headers."
            )
        return replace(openers[ending(path).removesuffix(".gz")](path), path=path)


def open_frame(name: str, frame: pd.DataFrame) -> Opened:
    """A DataFrame as if it were a file; the first row is row 2 here too, so that a reject reads alike."""
    plain = frame.reset_index(drop=True)

    def chunks() -> Iterator[Chunk]:
        for start in range(0, len(plain), CHUNK_ROWS):
            part = plain.iloc[start : start + CHUNK_ROWS].reset_index(drop=True)
            yield Chunk(part, np.arange(len(part), dtype=np.int64) + start + 2, [])

    return Opened(f"DataFrame {name}", [str(c) for c in plain.columns], len(plain), chunks)


def _parquet(path: Path) -> Opened:
    file = pq.ParquetFile(path)
    with file:
        columns, total = list(file.schema_arrow.names), file.metadata.num_rows

    def chunks() -> Iterator[Chunk]:
        at = 2
        with readable(path), pq.ParquetFile(path) as rows:
            for batch in rows.iter_batches(batch_size=CHUNK_ROWS):
                _see_text(path, batch, at)
                yield Chunk(as_frame(batch), np.arange(batch.num_rows, dtype=np.int64) + at, [])
                at += batch.num_rows

    return Opened(str(path), columns, total, chunks)


def _see_text(path: Path, batch: pa.RecordBatch, at: int) -> None:
    """Texts are not looked at when parquet is read, and fail wherever they are first made Python's."""
    for name, cells in zip(batch.schema.names, batch.columns, strict=True):
        try:
            cells.validate(full=True)
        except pa.ArrowInvalid:
            row = None
            if pa.types.is_string(cells.type) or pa.types.is_large_string(cells.type):
                held = cells.cast(pa.large_binary()).to_pylist()
                row = at + next(place for place, text in enumerate(held) if text and not _is_text(text))
            hint = "Write the file again, its texts in UTF-8."
            raise InputError(
                "holds bytes that are no text.", file=path, row=row, column=name, hint=hint
            ) from None


def _is_text(written: bytes) -> bool:
    try:
        written.decode()
    except UnicodeDecodeError:
        return False
    return True
