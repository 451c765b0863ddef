"""Cells: a whole column of whatever a file or DataFrame held becomes a column of one type, and a mask of misfits.

All of it by column, none of it by cell: a table must be read many times faster than the graph can take it. What is
written plainly, as nearly all of it is, goes a short way; what is not, a longer one to the same end.
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

from refnet.loaders.columns import as_series, coded, distinct, has_empty, is_plain, words
from refnet.loaders.rows import Column, Type

Mask = npt.NDArray[np.bool_]

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
        held = words(values)
        if is_plain(held):
            return as_series(held, values.index)
        plain = values.astype("str")
    elif pd.api.types.is_datetime64_any_dtype(values.dtype):
        raw, fits = _years(values)
        shown = _list(values.where(fits), _one)
        for place in np.flatnonzero(~fits).tolist():
            shown[place] = str(raw[place])
        plain = pd.Series(shown, index=values.index, dtype="str")
    elif pd.api.types.is_integer_dtype(values.dtype):
        return as_series(pa.array(values, from_pandas=True).cast(pa.large_string()), values.index)
    elif pd.api.types.is_bool_dtype(values.dtype):
        plain = values.astype("boolean").map({True: "true", False: "false"}).astype("str")
    else:
        plain = _strings(values)
    stripped: pd.Series[Any] = plain.str.strip()
    return stripped.where(stripped != "") if has_empty(stripped) else stripped


def _strings(values: pd.Series[Any]) -> pd.Series[Any]:
    """Python's objects as text: all at once where they are of one kind, one by one where they are not."""
    cells = values.astype(object).tolist()
    kinds = set(map(type, cells)) - {type(None)}
    try:
        if kinds == {str}:
            return as_series(pa.array(cells, pa.large_string()), values.index)
        if kinds == {int}:
            return as_series(pa.array(cells, pa.int64()).cast(pa.large_string()), values.index)
    except (pa.ArrowException, UnicodeError, OverflowError):
        pass  # half of a character; a very large number
    if kinds == {str, int}:
        return pd.Series([c if c is None else str(c) for c in cells], index=values.index, dtype="str")
    return pd.Series([_one(cell) for cell in cells], index=values.index, dtype="str")


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
    if not _is_numbers(values):
        return _number(text(values))
    held: npt.NDArray[np.float64] = values.astype("Float64").to_numpy(dtype=np.float64, na_value=np.nan)  # type: ignore[assignment]
    return _finite(held, values.index)


def _is_numbers(values: pd.Series[Any]) -> bool:
    return pd.api.types.is_numeric_dtype(values.dtype) and not pd.api.types.is_bool_dtype(values.dtype)


def _number(read: pd.Series[Any]) -> pd.Series[Any]:
    """Text as the nearest float64; pandas' own reading may be off by the last digit, and takes more for a number."""
    said = words(read)
    try:
        # Of what is none it takes only infinity and nan, by whatever name: none of them is finite.
        numbers = said.cast(pa.float64())
    except pa.ArrowInvalid:
        fits = pa.compute.match_substring_regex(said, r"^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$")
        numbers = pa.compute.if_else(fits, said, pa.scalar(None, said.type)).cast(pa.float64())
    return _finite(numbers.to_numpy(zero_copy_only=False), read.index)


def _finite(numbers: npt.NDArray[np.float64], index: pd.Index[Any]) -> pd.Series[Any]:
    return pd.Series(np.where(np.isfinite(numbers), numbers, np.nan), index=index)


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
        return _time(text(values))
    utc: pd.Series[Any] = stamps.dt.as_unit("us")
    return utc


def _time(read: pd.Series[Any]) -> pd.Series[Any]:
    plain = _plain_times(read)
    if plain is not None:
        return plain
    dated = read.str.contains("-", regex=False).fillna(False).astype(bool)
    if not dated.all():
        dated |= read.str.fullmatch(_EIGHT_DIGITS).fillna(False).astype(bool)
        read = read.where(dated)
        plain = _plain_times(read)
        if plain is not None:
            return plain
    utc: pd.Series[Any] = _iso(read).dt.as_unit("us")
    return utc


def _plain_times(read: pd.Series[Any]) -> pd.Series[Any] | None:
    """Times that are all written in one of the usual lengths, which arrow reads in a tenth of the time; None: others.

    2026-03-31, 2026-03-31T12:00:00, and these with Z, +00:00, milliseconds or microseconds and Z.
    """
    said = words(read)
    bounds = pa.compute.min_max(pa.compute.binary_length(said))
    length = bounds["min"].as_py()
    if length != bounds["max"].as_py() or length not in (10, 19, 20, 24, 25, 27):
        return None
    try:
        held = said.cast(pa.timestamp("us", None if length < 20 else "UTC"))
    except pa.ArrowInvalid:
        return None
    raw = held.cast(pa.int64()).fill_null(np.iinfo(np.int64).min).to_numpy(zero_copy_only=False)
    return pd.Series(raw.view("datetime64[us]"), index=read.index).dt.tz_localize("UTC")


def _iso(written: pd.Series[Any]) -> pd.Series[Any]:
    return pd.to_datetime(written, format="ISO8601", utc=True, errors="coerce")


def flag(values: pd.Series[Any]) -> pd.Series[Any]:
    """Any column as nullable booleans, missing where it says neither."""
    return _flag(text(values))


def _flag(read: pd.Series[Any]) -> pd.Series[Any]:
    codes, once = coded(read)
    said = pa.array([_FLAGS.get(each.lower()) for each in once.tolist()], pa.bool_())
    held: pd.api.extensions.ExtensionArray = pd.BooleanDtype().__from_arrow__(said.take(codes))  # type: ignore[attr-defined]
    return pd.Series(held, index=read.index)


def typed(values: pd.Series[Any], column: Column) -> tuple[pd.Series[Any], Mask, str]:
    """A column as its schema wants it, which cells could not be read so, and the reason to give for them."""
    held = _is_numbers(values)
    none = _holds_no_id(values) if column.type == "id" else None
    if column.type in ("time", "day", "month"):
        held = held or pd.api.types.is_datetime64_any_dtype(values.dtype)
    elif column.type not in ("money", "number", "count"):
        held = False
    if not held:
        values = text(values)
    read: pd.Series[Any]
    match column.type:
        case "id" if none is not None:
            return values, none, "is an object or a list, and no id"
        case "id" | "text" | "secret":
            return values, np.zeros(len(values), dtype=np.bool_), ""
        case "choice":
            return distinct(values, _choice), np.zeros(len(values), dtype=np.bool_), ""
        case "currency":
            read = distinct(values, _currency)
        case "time" | "day":
            read = time(values) if held else _time(values)
        case "month":
            read = time(values) if held else _time(values)
            read = read - pd.to_timedelta(read.dt.day - 1, unit="D")
        case "money" | "number":
            read = number(values) if held else _number(values)
        case "count":
            read = number(values) if held else _number(values)
            read = read.where(read == np.floor(read))
        case "flag":
            read = _flag(values)
    missing = read.isna().to_numpy(dtype=np.bool_)
    if missing.any():
        # Nothing is what a column of numpy's holds for nothing; others may have words of their own for it.
        own = held and not isinstance(values.dtype, (np.dtype, pd.DatetimeTZDtype))
        said = text(values) if own else values
        missing = missing & said.notna().to_numpy(dtype=np.bool_)
    return read, missing, _REASONS[column.type]


def _holds_no_id(values: pd.Series[Any]) -> Mask | None:
    """Which cells are JSON's objects and lists; None: none of them."""
    if values.dtype != np.object_:
        return None
    none = np.fromiter((isinstance(cell, (dict, list)) for cell in values), np.bool_, len(values))
    return none if none.any() else None


def _choice(values: pd.Series[Any]) -> pd.Series[Any]:
    return values.str.lower().str.replace(r"[\s-]+", "_", regex=True)


def _currency(values: pd.Series[Any]) -> pd.Series[Any]:
    read = values.str.upper()
    return read.where(read.str.fullmatch(r"[A-Z]{3}").fillna(False).astype(bool))


def plain(values: pd.Series[Any], kind: Type) -> list[Any]:
    """A typed column as what the driver sends: str, float, int, bool; times as ISO text; None for nothing."""
    if kind in ("time", "day", "month"):
        stamps = values.dt.tz_convert("UTC").dt.tz_localize(None).to_numpy(dtype="datetime64[us]")
        missing = np.isnat(stamps)
        if kind != "time":
            return _dates(stamps.astype("datetime64[D]"), missing)
        whole = bool((stamps[~missing].astype(np.int64) % 1_000_000 == 0).all())
        return _dates(stamps.astype("datetime64[s]") if whole else stamps, missing)
    if kind == "count":
        numbers = values.to_numpy(dtype=np.float64)
        missing = np.isnan(numbers)
        return _holes(np.where(missing, 0, numbers).astype(np.int64).tolist(), missing)
    if values.dtype == np.float64:
        numbers = values.to_numpy()
        return _holes(numbers.tolist(), np.isnan(numbers))
    # Through numpy: arrow's own way makes an object of its own of each cell first.
    return pa.array(values, from_pandas=True).to_numpy(zero_copy_only=False).tolist()  # type: ignore[no-any-return]


def _dates(stamps: npt.NDArray[np.datetime64], missing: Mask) -> list[Any]:
    """Days or times as ISO text to their own unit; None where there is none."""
    unit = np.datetime_data(stamps.dtype)[0]
    there = stamps[~missing]
    if len(there) and (there.min() < np.datetime64("1000") or there.max() >= np.datetime64("10000")):
        # Arrow writes no such years.
        texts = np.datetime_as_string(stamps, unit=unit, timezone="naive" if unit == "D" else "UTC")  # type: ignore[call-overload]
        return _holes(texts.tolist(), missing)
    said = pa.array(stamps).cast(pa.string())
    if unit != "D":
        said = pa.compute.binary_replace_slice(said, 10, 11, "T")
        said = pa.compute.binary_join_element_wise(said, "Z", "")
    return said.to_numpy(zero_copy_only=False).tolist()  # type: ignore[no-any-return]


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
