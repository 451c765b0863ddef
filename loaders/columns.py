"""Columns of text: what is asked of all cells at once, and what is done to each distinct one of them once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute

TEXT = pd.StringDtype(na_value=np.nan)

# So many cells tell whether a column says few things many times.
_LOOKED_AT = 200

Text = pd.Series  # of text, missing where there is none


def as_series(held: pa.Array, index: pd.Index[Any]) -> Text[Any]:
    """Text of arrow's as a column."""
    made: pd.api.extensions.ExtensionArray = TEXT.__from_arrow__(held)  # type: ignore[attr-defined]
    return pd.Series(made, index=index)


def words(values: Text[Any]) -> pa.Array:
    """A column as text of arrow's, in one piece."""
    held = pa.array(values, type=pa.large_string(), from_pandas=True)
    return held.combine_chunks() if isinstance(held, pa.ChunkedArray) else held


def has_empty(values: Text[Any]) -> bool:
    """Whether there is a text of no characters, which is not the same as no text."""
    return bool(pa.compute.min(_lengths(values)).as_py() == 0)


def longest(values: Text[Any]) -> int:
    """Bytes of the longest text, which has no more characters than that; 0 where there is none."""
    return pa.compute.max(_lengths(values)).as_py() or 0


def _lengths(values: Text[Any]) -> Any:
    return pa.compute.binary_length(words(values))


def coded(values: Text[Any]) -> tuple[pa.Array, Text[Any]]:
    """The place that each cell has among the distinct ones, missing where there is none; and these."""
    encoded = words(values).dictionary_encode()
    return encoded.indices, as_series(encoded.dictionary, pd.RangeIndex(len(encoded.dictionary)))


def distinct(values: Text[Any], change: Callable[[Text[Any]], Text[Any]]) -> Text[Any]:
    """A column changed by a function of single cells: each distinct one once, where few things are said many times."""
    held = words(values)
    if len(held.slice(0, _LOOKED_AT).unique()) > _LOOKED_AT / 4:
        return change(values)
    codes, once = coded(values)
    return as_series(words(change(once)).take(codes), values.index)
