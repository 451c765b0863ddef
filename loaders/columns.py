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

# Bytes of UTF-8 that no character which may be stripped begins with, and that none ends with.
_SPACES = [chr(code).encode() for code in range(0x3001) if chr(code).isspace()]
_BEGINS, _ENDS = (np.isin(np.arange(256), [c[place] for c in _SPACES], invert=True) for place in (0, -1))

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


def is_plain(held: pa.Array) -> bool:
    """Whether no text begins or ends with what may be a space, and none has no characters: nothing is to be stripped.

    By the bytes at both ends, in half the time of stripping; where these do not tell it says no.
    """
    if len(held) == held.null_count:
        return True
    if pa.compute.min(pa.compute.binary_length(held)).as_py() == 0:
        return False
    _, ends, data = held.buffers()
    bounds = np.frombuffer(ends, dtype=np.int64, count=held.offset + len(held) + 1)[held.offset :]
    begin, end = bounds[:-1], bounds[1:]
    if held.null_count:
        there = begin < end
        begin, end = begin[there], end[there]
    chars = np.frombuffer(data, dtype=np.uint8)
    return bool(_BEGINS[chars[begin]].all() and _ENDS[chars[end - 1]].all())


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
