"""Taking: the canonical columns of a chunk's rows, each out of the source's columns, as a mapping says of it."""

from __future__ import annotations

import re
from collections.abc import Sequence, Set
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute

from refnet.loaders.cells import number, text
from refnet.loaders.check import Written
from refnet.loaders.columns import as_series, coded, distinct, has_empty, words
from refnet.loaders.files.nested import within
from refnet.loaders.sources.changes import CHANGES, dated
from refnet.loaders.sources.mapping import Condition, Taken

Mask = npt.NDArray[np.bool_]
_COMMA = r"[+-]?(?:\d{1,3}(?:\.\d{3})+|\d+),\d{1,2}"


@dataclass
class Cells:
    """The columns of a chunk as text, each read once; one that is not there is empty."""

    frame: pd.DataFrame
    # Columns of numbers that may have a decimal comma.
    commas: Set[str]
    read: dict[str, pd.Series[Any]] = field(default_factory=dict)

    def __getitem__(self, column: str) -> pd.Series[Any]:
        if column not in self.read:
            self.read[column] = self._text(column)
        return self.read[column]

    def _text(self, column: str) -> pd.Series[Any]:
        values = text(self._find(column))
        if column not in self.commas:
            return values
        fits = values.str.fullmatch(_COMMA).fillna(False).astype(bool)
        return (
            CHANGES["decimal_comma"](values.where(fits), values).where(fits, values) if fits.any() else values
        )

    def _find(self, column: str) -> pd.Series[Any]:
        if column in self.frame:
            return self.frame[column]
        parts = column.split(".")
        for place in range(len(parts) - 1, 0, -1):
            outer, inner = ".".join(parts[:place]), ".".join(parts[place:])
            if outer in self.frame:
                found = [next(iter(within(value, inner)), None) for value in self.frame[outer].tolist()]
                return pd.Series(found, index=self.frame.index, dtype=object)
        return pd.Series(None, index=self.frame.index, dtype=object)


def taken_columns(cells: Cells, taken: dict[str, list[Taken]]) -> tuple[pd.DataFrame, dict[str, Written]]:
    """The canonical columns, and beside each what was written and in which column."""
    index = cells.frame.index
    made: dict[str, pd.Series[Any]] = {}
    written: dict[str, Written] = {}
    # Amounts in minor units ask for their row's currency.
    order = sorted(taken, key=lambda name: name != "currency")
    currency = pd.Series(None, index=index, dtype="str")
    for name in order:
        ways = taken[name]
        made[name], told = one_of(cells, ways, currency, index)
        everyone = " or ".join(dict.fromkeys(c for way in ways for c in way.columns)) or name
        written[name] = Written(everyone, [(called or name, raw, fresh) for called, raw, fresh in told])
        if name == "currency":
            currency = distinct(made[name], lambda codes: codes.str.upper())
    return pd.DataFrame({name: made[name] for name in taken}, index=index), written


def one_of(
    cells: Cells, ways: Sequence[Taken], currency: pd.Series[Any], index: pd.Index[Any]
) -> tuple[pd.Series[Any], list[tuple[str, pd.Series[Any], Mask]]]:
    """The first of several ways that gives something, row by row; and of what column's cells it was made by which."""
    values: list[pd.Series[Any]] = []
    told: list[tuple[str, pd.Series[Any], Mask]] = []
    left = np.ones(len(index), dtype=np.bool_)
    for way in ways:
        raw = _raw(cells, way, index)
        values.append(_changed(_share(raw, way, cells), way, currency))
        fresh = left & values[-1].notna().to_numpy(dtype=np.bool_)
        left &= ~fresh
        told.append((" + ".join(way.columns), raw, fresh))
        if not left.any():
            break
    if len(values) == 1:
        return values[0], told
    return as_series(pa.compute.coalesce(*map(words, values)), index), told


def _raw(cells: Cells, way: Taken, index: pd.Index[Any]) -> pd.Series[Any]:
    raw: pd.Series[Any]
    if way.always is not None:
        raw = pd.Series(way.always, index=index, dtype="str")
    elif way.join is not None:
        first, *others = (words(cells[column]) for column in way.join)
        space = pa.scalar(" ", pa.large_string())
        for other in others:
            both = pa.compute.binary_join_element_wise(first, other, space)
            first = pa.compute.coalesce(both, first, other)
        raw = as_series(first, index)
    else:
        assert way.from_ is not None
        raw = cells[way.from_]
    for condition in way.when:
        held = pa.array(holds(cells[condition.column], condition))
        raw = as_series(pa.compute.if_else(held, words(raw), pa.scalar(None, pa.large_string())), index)
    return raw


def _share(raw: pd.Series[Any], way: Taken, cells: Cells) -> pd.Series[Any]:
    """Of numbers their share, where there is one; others as they are."""
    if way.share is None:
        return raw
    part, whole = (number(cells[column]) for column in way.share)
    made = number(raw) * part / whole.where(whole != 0)
    return as_series(words(made.map(repr).astype("str")), raw.index).where(made.notna(), raw)


def _changed(raw: pd.Series[Any], way: Taken, currency: pd.Series[Any]) -> pd.Series[Any]:
    value = raw
    for name in way.change:
        value = CHANGES[name](value, currency)
    if way.dated is not None:
        value = dated(value, way.dated)
    if way.choices:
        value = distinct(value, partial(_chosen, way.choices))
    if value is not raw and has_empty(value):
        value = value.where(value != "")
    return way.prefix + value if way.prefix else value


def _chosen(choices: dict[str, str], values: pd.Series[Any]) -> pd.Series[Any]:
    known = {said.lower(): meant for said, meant in choices.items()}
    lower = values.str.lower()
    return lower.map(known).where(lower.isin(list(known)), values)


def holds(values: pd.Series[Any], condition: Condition) -> Mask:
    """Where the text of a column is as a condition says."""
    if condition.empty is not None:
        return (values.isna() == condition.empty).to_numpy(dtype=np.bool_)
    if condition.below is not None:
        return (number(values) < condition.below).to_numpy(dtype=np.bool_)
    said = condition.is_ if condition.is_ is not None else condition.is_not or []
    forms = re.compile("|".join(re.escape(each.lower()).replace(r"\*", ".*") for each in said), re.DOTALL)
    codes, once = coded(values)
    # What is nothing is like the last of them: like none, unless "" is one of them.
    alike = np.array([bool(forms.fullmatch(value.lower())) for value in once.tolist()] + ["" in said])
    found: Mask = alike[codes.fill_null(len(once)).to_numpy(zero_copy_only=False)]
    return found if condition.is_ is not None else ~found


def all_hold(cells: Cells, conditions: Sequence[Condition]) -> Mask:
    """Which rows all of several conditions hold of."""
    held = np.ones(len(cells.frame), dtype=np.bool_)
    for condition in conditions:
        held &= holds(cells[condition.column], condition)
    return held
