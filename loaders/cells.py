"""Cells: a whole column of whatever a file or DataFrame held becomes a column of one type, and a mask of misfits.

All of it by column, none of it by cell: a table must be read many times faster than the graph can take it.
"""

from __future__ import annotations

import datetime as dt
import decimal
import json
from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute

from refnet.loaders.rows import Column, Type

Mask = npt.NDArray[np.bool_]

_STR = pd.StringDtype(na_value=np.nan)

_FLAGS = {"true": True, "false": False, "yes": True, "no": False, "1": True, "0": False}

# 20260331 is ISO 8601, too. As seconds it would be a day of 1970, as milliseconds hours of its first.
_EIGHT_DIGITS = r"(?:19|20|21)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])"

_REASONS: dict[Type, str] = {
    "time": "is no date or time; write it as 2026-03-31 or 2026-03-31T12:00:00Z",
    "day": "is no date; write it as 2026-03-31",
    "month": "is no month; write it as 2026-03",
    "money": "is no amount; write it as 1234.50, without currency or thousands separator",
    "number": "is no number; write it as 1234.5",
    "count": "is no whole number",
    "flag": "is neither yes nor no; write true or false",
    "currency": "is no currency; write its three letters, such as EUR",
}


def text(values: pd.Series[Any]) -> pd.Series[Any]:
    """Any column as stripped text, missing where there is none; 7.0 reads 7, as it does in a spreadsheet."""
    if isinstance(values.dtype, pd.CategoricalDtype):
        values = values.astype(values.cat.categories.dtype)
    if isinstance(values.dtype, pd.StringDtype):
        plain = values.astype("str")
    elif pd.api.types.is_datetime64_any_dtype(values.dtype):
        raw, fits = _years(values)
        shown = _list(values.where(fits), _one)
        for place in np.flatnonzero(~fits).tolist():
            shown[place] = str(raw[place])
        plain = pd.Series(shown, index=values.index, dtype="str")
    elif pd.api.types.is_integer_dtype(values.dtype):
        plain = values.astype("str")
    else:
        plain = _strings(values)
    stripped: pd.Series[Any] = plain.str.strip()
    return stripped.where(stripped != "")


def _strings(values: pd.Series[Any]) -> pd.Series[Any]:
    """Python's objects as text: all at once where they are text already, one by one where they are something else."""
    try:
        held = pa.array(values, from_pandas=True)
    except (pa.ArrowException, UnicodeError, OverflowError):
        held = None
    if isinstance(held, pa.StringArray):
        return pd.Series(held.to_pandas(types_mapper={pa.string(): _STR}.get).array, index=values.index)
    return pd.Series(_list(values, _one), index=values.index, dtype="str")


def _years(stamps: pd.Series[Any]) -> tuple[npt.NDArray[np.datetime64], Mask]:
    """Times in UTC as they are held, and which are none or of years that a date can be written in, 1 to 9999."""
    raw = stamps.to_numpy(dtype=f"datetime64[{stamps.dt.unit}]")
    if stamps.dt.unit == "ns":  # reaches from 1677 to 2262, and not to the bounds
        return raw, np.ones(len(raw), dtype=np.bool_)
    return raw, np.isnat(raw) | ((raw >= np.datetime64("0001-01-01")) & (raw < np.datetime64("10000-01-01")))


def _list(values: pd.Series[Any], shown: Callable[[Any], str | None]) -> list[str | None]:
    return [shown(value) for value in values.astype(object).tolist()]


def _one(value: Any) -> str | None:
    if isinstance(value, str):
        return value
    if isinstance(value, (list, tuple, dict, set, np.ndarray)):
        return _nested(value)
    if value is None or pd.isna(value):
        return None
    if isinstance(value, (bool, np.bool_)):
        return "true" if value else "false"
    if isinstance(value, (float, np.floating)):
        return str(int(value)) if float(value).is_integer() else repr(float(value))
    if isinstance(value, (dt.datetime, dt.date)):
        return value.isoformat()
    if isinstance(value, decimal.Decimal):
        return format(value, "f")
    return str(value)


def _nested(value: Any) -> str:
    """A list or an object in a cell as JSON, whether it came in JSON, parquet or a DataFrame."""
    try:
        held = _plain(value)
        said = json.dumps(held, ensure_ascii=False)
        return said if _is_text(said) else json.dumps(held)
    except RecursionError:  # it has itself inside
        return str(value)


def _plain(value: Any) -> Any:
    """As JSON has it: nothing is null, and what it has no word for the text that it is in a cell of its own."""
    if isinstance(value, dict):
        return {str(name): _plain(each) for name, each in value.items()}
    if isinstance(value, (list, tuple, set, np.ndarray)):
        return [_plain(each) for each in value]
    if isinstance(value, np.generic):
        value = value.item()
    if value is None or isinstance(value, (bool, int, str)):
        return value
    if isinstance(value, float):
        return value if np.isfinite(value) else None
    return _one(value)


def _is_text(said: str) -> bool:
    try:
        said.encode()
    except UnicodeEncodeError:  # half of a character
        return False
    return True


def number(values: pd.Series[Any]) -> pd.Series[Any]:
    """Any column as float64, NaN where it is none or not finite."""
    if pd.api.types.is_bool_dtype(values.dtype):
        values = text(values)
    if not pd.api.types.is_numeric_dtype(values.dtype):
        values = _parsed(text(values))
    numbers = values.astype("Float64").to_numpy(dtype=np.float64, na_value=np.nan)
    return pd.Series(np.where(np.isfinite(numbers), numbers, np.nan), index=values.index)


def _parsed(read: pd.Series[Any]) -> pd.Series[Any]:
    """Text as the nearest float64; pandas' own reading may be off by the last digit, and takes more for a number."""
    words = pa.array(read, type=pa.string(), from_pandas=True)
    fits = pa.compute.match_substring_regex(words, r"^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$")
    numbers = pa.compute.if_else(fits, words, pa.scalar(None, pa.string())).cast(pa.float64())
    return pd.Series(numbers.to_numpy(zero_copy_only=False), index=read.index)


def time(values: pd.Series[Any]) -> pd.Series[Any]:
    """Any column as UTC times to the microsecond, NaT where it is none; without a zone it is UTC."""
    stamps: pd.Series[Any]
    if pd.api.types.is_datetime64_any_dtype(values.dtype):
        held = values.where(_years(values)[1])
        stamps = held if held.dt.tz is not None else held.dt.tz_localize("UTC")
        stamps = stamps.dt.tz_convert("UTC")
    elif pd.api.types.is_numeric_dtype(values.dtype):
        # Any other bare number may be seconds, milliseconds or a spreadsheet's days: it is not guessed.
        read = text(values)
        stamps = _iso(read.where(read.str.fullmatch(_EIGHT_DIGITS).fillna(False).astype(bool)))
    else:
        read = text(values)
        dated = read.str.contains("-", regex=False).fillna(False).astype(bool)
        if not dated.all():
            dated |= read.str.fullmatch(_EIGHT_DIGITS).fillna(False).astype(bool)
        stamps = _iso(read.where(dated))
    utc: pd.Series[Any] = stamps.dt.as_unit("us")
    return utc


def _iso(written: pd.Series[Any]) -> pd.Series[Any]:
    return pd.to_datetime(written, format="ISO8601", utc=True, errors="coerce")


def flag(values: pd.Series[Any]) -> pd.Series[Any]:
    """Any column as nullable booleans, missing where it says neither."""
    return text(values).str.lower().map(_FLAGS).astype("boolean")


def typed(values: pd.Series[Any], column: Column) -> tuple[pd.Series[Any], Mask, str]:
    """A column as its schema wants it, which cells could not be read so, and the reason to give for them."""
    read: pd.Series[Any]
    match column.type:
        case "id" | "text" | "secret":
            return text(values), np.zeros(len(values), dtype=np.bool_), ""
        case "choice":
            read = text(values).str.lower().str.replace(r"[\s-]+", "_", regex=True)
            return read, np.zeros(len(values), dtype=np.bool_), ""
        case "currency":
            read = text(values).str.upper()
            read = read.where(read.str.fullmatch(r"[A-Z]{3}").fillna(False).astype(bool))
        case "time" | "day":
            read = time(values)
        case "month":
            read = time(values)
            read = read - pd.to_timedelta(read.dt.day - 1, unit="D")
        case "money" | "number":
            read = number(values)
        case "count":
            read = number(values)
            read = read.where(read == np.floor(read))
        case "flag":
            read = flag(values)
    missing = read.isna().to_numpy(dtype=np.bool_)
    if missing.any():
        missing = missing & text(values).notna().to_numpy(dtype=np.bool_)
    return read, missing, _REASONS[column.type]


def plain(values: pd.Series[Any], kind: Type) -> list[Any]:
    """A typed column as what the driver sends: str, float, int, bool; times as ISO text; None for nothing."""
    if kind in ("time", "day", "month"):
        stamps = values.dt.tz_convert("UTC").dt.tz_localize(None).to_numpy(dtype="datetime64[us]")
        missing = np.isnat(stamps)
        if kind != "time":
            texts = np.datetime_as_string(stamps.astype("datetime64[D]"), unit="D")
        else:
            whole = bool((stamps[~missing].astype(np.int64) % 1_000_000 == 0).all())
            texts = np.datetime_as_string(stamps, unit="s" if whole else "us", timezone="UTC")
        return _holes(texts.tolist(), missing)
    if kind == "count":
        numbers = values.to_numpy(dtype=np.float64)
        missing = np.isnan(numbers)
        return _holes(np.where(missing, 0, numbers).astype(np.int64).tolist(), missing)
    return pa.array(values, from_pandas=True).to_pylist()  # type: ignore[no-any-return]


def _holes(values: list[Any], missing: Mask) -> list[Any]:
    for place in np.flatnonzero(missing).tolist():
        values[place] = None
    return values


def kind_of(values: pd.Series[Any]) -> str:
    """What a further column holds, by all of its cells: number, flag, time or text; '' if it is empty."""
    if pd.api.types.is_bool_dtype(values.dtype) and values.notna().any():
        return "flag"
    read = text(values).dropna()
    if read.empty:
        return ""
    if pd.api.types.is_datetime64_any_dtype(values.dtype):
        return "time"
    if _all(read, lambda some: number(some).notna()):
        # 007 and 0151 are names made of digits: a number would lose their zeros.
        return "text" if read.str.match(r"[+-]?0\d").any() else "number"
    if _all(read, lambda some: some.str.lower().isin(["true", "false", "yes", "no"])):
        return "flag"
    return "time" if _all(read, lambda some: time(some).notna()) else "text"


def _all(values: pd.Series[Any], test: Callable[[pd.Series[Any]], pd.Series[bool]]) -> bool:
    """Whether a test holds for all: what it does not hold for mostly shows in the first few."""
    return bool(test(values.iloc[:50]).all() and test(values).all())
