"""Rows for the driver: a frame's columns as lists of plain dicts, in batches."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Any

import pandas as pd

BATCH = 2_000


def batches(frame: pd.DataFrame, size: int = BATCH) -> Iterator[list[dict[str, Any]]]:
    """The frame's rows as dicts of Python values, `size` at a time; what is not known (NaN, NaT) becomes None."""
    columns = [str(name) for name in frame.columns]
    plain = (frame[name].astype(object).where(frame[name].notna(), None).tolist() for name in frame.columns)
    rows = zip(*plain, strict=True)
    while batch := [dict(zip(columns, row, strict=True)) for row in islice(rows, size)]:
        yield batch
