"""A column of customers as levels: words and truth values as they are, numbers in ranges, dates by cohort.

A level is a rule that Cypher can ask for: a value, or a range from an edge (included) to the next (not included).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from pandas.api import types

MOST_LEVELS = 50
"""A column of words with more levels than this, or than a twentieth of the customers, tells customers apart."""

RANGES = 5
FEW_NUMBERS = 10
"""So many different numbers are levels of their own: stars, children, seats."""

FINEST = 20
"""Ranges of a number, or cohorts of a date, that customers are compared within."""

_COHORTS = (("Y", 4 * 365), ("Q", 365), ("M", 0))  # the coarsest that a span of so many days fills


@dataclass(frozen=True)
class Range:
    """A level of a number or a date.

    Attributes:
        low: its first value, of a date its first moment as ISO 8601; None: no lower edge.
        high: the first value after it, likewise; None: no upper edge.
        name: in words: `20 to 35`, `2024-Q3`.
    """

    low: float | str | None
    high: float | str | None
    name: str

    def __str__(self) -> str:
        return self.name


Level = str | bool | Range


@dataclass(frozen=True)
class Levels:
    """One attribute of n customers.

    Attributes:
        name: of the attribute.
        code: shape (n,), the number of each customer's level, −1 where it is not known.
        levels: what the numbers stand for.
        fine, finest: the same in smaller steps, to compare customers within, and how many: `code` itself for words.
    """

    name: str
    code: npt.NDArray[np.signedinteger[Any]]
    levels: tuple[Level, ...]
    fine: npt.NDArray[np.signedinteger[Any]]
    finest: int


def levels_of(column: pd.Series[Any], name: str) -> Levels | str:
    """The levels of a column, or why it has none.

    Numbers of up to 10 values are levels of their own, others are cut at their quintiles; dates are cut by year,
    quarter or month, whichever the time they span fills (4 years, 1 year, less). O(n log n) for numbers and texts, O(n)
    for categories.
    """
    if types.is_bool_dtype(column):
        return _words(column.astype("boolean"), name)
    if types.is_datetime64_any_dtype(column):
        return _dates(column, name)
    if types.is_numeric_dtype(column):
        return _numbers(column, name)
    if types.is_timedelta64_dtype(column):
        return "spans of time"
    return _words(column, name)


def _words(column: pd.Series[Any], name: str) -> Levels | str:
    if isinstance(column.dtype, pd.CategoricalDtype):
        code, values = np.asarray(column.cat.codes), list(column.cat.categories)
    else:
        code, found = pd.factorize(column, sort=True)
        values = list(found)
        code = code.astype(_smallest(len(values)))
    there = int((np.bincount(code[code >= 0], minlength=1) > 0).sum()) if len(code) else 0
    if there > min(MOST_LEVELS, max(2, len(column) / 20)):
        return f"{there:,} different values"
    if not there:
        return "nothing known"
    levels = tuple(bool(v) if isinstance(v, (bool, np.bool_)) else str(v) for v in values)
    return Levels(name, code, levels, code, len(levels))


def _numbers(column: pd.Series[Any], name: str) -> Levels | str:
    values = column.to_numpy(dtype=np.float64, na_value=np.nan)
    known = ~np.isnan(values)
    if not known.any():
        return "nothing known"
    # Of a sample: where exactly a range begins means nothing, and it is told with the range.
    few = np.unique(values[known][:1_000_000])
    if few.size <= FEW_NUMBERS:
        few = np.unique(values[known])
    if few.size <= FEW_NUMBERS:
        code = np.where(known, np.searchsorted(few, values), -1).astype(np.int8)
        # Up to the next one: a range that has only this value.
        single = tuple(
            Range(low, high, f"{low:g}")
            for low, high in zip(few.tolist(), [*few.tolist()[1:], None], strict=True)
        )
        return Levels(name, code, single, code, few.size)
    wide, narrow = (_edges(values[known], parts) for parts in (RANGES, FINEST))
    ranges = [
        Range(low, high, _range_name(low, high))
        for low, high in zip([None, *wide.tolist()], [*wide.tolist(), None], strict=True)
    ]
    code, fine = (
        np.where(known, np.searchsorted(edges, values, side="right"), -1).astype(np.int8)
        for edges in (wide, narrow)
    )
    return Levels(name, code, tuple(ranges), fine, narrow.size + 1)


def _edges(values: npt.NDArray[np.float64], parts: int) -> npt.NDArray[np.float64]:
    """Quantiles of (a sample of) the values, each once, none below which there is nobody."""
    step = max(1, values.size // 1_000_000)
    cuts = np.unique(np.quantile(values[::step], np.arange(1, parts) / parts, method="higher"))
    return np.asarray(cuts[cuts > values.min()])


def _range_name(low: float | None, high: float | None) -> str:
    if low is None:
        return f"below {high:g}"
    return f"{low:g} and more" if high is None else f"{low:g} to {high:g}"


def _dates(column: pd.Series[Any], name: str) -> Levels | str:
    at = column.dt.tz_convert("UTC").dt.tz_localize(None) if column.dt.tz is not None else column
    known = at.notna().to_numpy()
    if not known.any():
        return "nothing known"
    first, last = at.min(), at.max()
    kind = next(kind for kind, days in _COHORTS if (last - first).days >= days)
    edges, names = _cohorts(first, last, kind)
    if len(names) > MOST_LEVELS:
        return f"{len(names):,} years"
    narrow, _ = _cohorts(first, last, {"Y": "Q", "Q": "M", "M": "W"}[kind])
    instants = at.to_numpy().astype("datetime64[us]")
    code = np.where(known, np.searchsorted(edges, instants, side="right") - 1, -1).astype(np.int16)
    fine = np.where(known, np.searchsorted(narrow, instants, side="right") - 1, -1).astype(np.int16)
    bounds = [f"{np.datetime_as_string(edge, unit='s')}Z" for edge in edges]
    ranges = tuple(Range(a, b, n) for a, b, n in zip(bounds[:-1], bounds[1:], names, strict=True))
    return Levels(name, code, ranges, fine, len(narrow))


def _cohorts(first: Any, last: Any, kind: str) -> tuple[npt.NDArray[np.datetime64], list[str]]:
    """Edges, one more than names, of whole years, quarters, months or weeks."""
    periods = pd.period_range(pd.Period(first, kind), pd.Period(last, kind), freq=kind)
    edges = [*(p.start_time for p in periods), periods[-1].end_time.ceil("s")]
    names = [f"{p.year}-Q{p.quarter}" if kind == "Q" else str(p) for p in periods]
    return np.array(edges, dtype="datetime64[us]"), names


def _smallest(levels: int) -> type[np.signedinteger[Any]]:
    return np.int8 if levels < 127 else np.int16 if levels < 32_767 else np.int32
