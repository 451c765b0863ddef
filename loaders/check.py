"""Checks: the rows of a table against its schema. What holds goes on, typed; what does not is told, cell by cell."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from refnet.core.money import exponent
from refnet.loaders.cells import text, typed
from refnet.loaders.columns import longest
from refnet.loaders.rows import Column, Rule, Table
from refnet.loaders.uncollected import uncollected

# Neo4j's range indexes hold keys up to about 8 kB; and a text this long is a file in a cell.
# The years that customers and orders are of: the others are what systems write for nothing, or a slip.
_FIRST, _AFTER = pd.Timestamp("1900-01-01", tz="UTC"), pd.Timestamp("2201-01-01", tz="UTC")

_LONGEST = {"id": 1_000, "secret": 10_000}
_LONGEST_TEXT = 100_000


class Reject(NamedTuple):
    """A cell that was refused, and its row with it.

    Attributes:
        row: as the file counts, its header being row 1.
        column: its name in the file.
        value: as it stood there; never of a token.
        reason: in words that finish the sentence 'the value …'.
    """

    row: int
    column: str
    value: str
    reason: str


@dataclass(frozen=True)
class Written:
    """What stood in a file where a mapping has made something else of it, row by row: the column, and its cell.

    Attributes:
        everyone: all columns that a row's cell may be of, for rows that have it of none.
        ways: each a column by its name, its cells as text, and which rows have theirs of it.
        places: which of the rows these are, in this order; None: all. They are picked when they are asked for, which
            is of few rows.
    """

    everyone: str
    ways: Sequence[tuple[str, pd.Series[Any], npt.NDArray[np.bool_]]]
    places: npt.NDArray[np.intp] | None = None

    def at(self, places: npt.NDArray[np.intp]) -> tuple[list[str], list[Any]]:
        """The columns and the cells of some rows."""
        if self.places is not None:
            places = self.places[places]
        named: list[str] = [self.everyone] * len(places)
        cells: list[Any] = [None] * len(places)
        for name, held, whose in self.ways:
            of = np.flatnonzero(whose[places])
            for place, cell in zip(of.tolist(), held.iloc[places[of]].tolist(), strict=True):
                named[place], cells[place] = name, cell
        return named, cells

    def of(self, places: npt.NDArray[np.intp]) -> Written:
        """The same of some rows."""
        return Written(self.everyone, self.ways, places if self.places is None else self.places[places])


@dataclass(frozen=True)
class Checked:
    """The rows that hold, typed, with the row numbers they had; and the cells that do not."""

    frame: pd.DataFrame
    rows: npt.NDArray[np.int64]
    rejects: list[Reject]


def check(
    table: Table,
    frame: pd.DataFrame,
    rows: npt.NDArray[np.int64],
    currency: str,
    written: Mapping[str, Written] | None = None,
) -> Checked:
    """Read every cell as its column's type, check it, and part the rows.

    Args:
        table: the schema.
        frame: the rows as they were read; every column is one of the table's.
        rows: their numbers in the file.
        currency: the reporting currency; rows in another are refused, amounts are rounded to its minor unit.
        written: what stood in the file where that is not what the frame has; rejects tell it.
    """
    frame = frame.reset_index(drop=True)
    read: dict[str, pd.Series[Any]] = {}
    # By column, then by place. Of one cell the first reason is told.
    refused: dict[str, dict[int, str]] = {}

    def refuse(places: npt.NDArray[np.intp], name: str, reason: str) -> None:
        if len(places):
            refused[name] = dict.fromkeys(places.tolist(), reason) | refused.get(name, {})

    for name in frame.columns:
        column = table.by_name[name]
        values, bad, reason = typed(frame[name], column)
        refuse(np.flatnonzero(bad), name, reason)
        if column.default is not None:
            values = values.fillna(column.default)
        if column.type == "currency":
            # One currency for all sums: another one's amounts would be added as if they were of this.
            other = (values.notna() & (values != currency)).to_numpy(dtype=np.bool_)
            said = f"is not the graph's currency, {currency}; convert the row's amounts to it"
            refuse(np.flatnonzero(other), name, said)
            values = values.fillna(currency)
        if column.type == "money":
            scale = 10 ** exponent(currency)
            values = (values * scale).round() / scale
        read[name] = values
    checked = pd.DataFrame(read, index=frame.index)
    for places, name, reason in _failures(table, checked):
        refuse(places, name, reason)
    if not refused:
        return Checked(checked, rows, [])
    keep = np.ones(len(frame), dtype=np.bool_)
    for places_of in refused.values():
        keep[list(places_of)] = False
    told = _told(table, frame, rows, refused, written or {})
    return Checked(checked[keep].reset_index(drop=True), rows[keep], told)


def _told(
    table: Table,
    frame: pd.DataFrame,
    rows: npt.NDArray[np.int64],
    refused: Mapping[str, Mapping[int, str]],
    written: Mapping[str, Written],
) -> list[Reject]:
    """What to tell of refused cells, row by row."""
    found: list[Reject] = []
    order: list[int] = []
    for name in sorted(refused):
        places = np.fromiter(refused[name], np.intp, len(refused[name]))
        if name in written:
            called, held = written[name].at(places)
        else:
            # Of two columns one of which must be filled neither may be there.
            called = [name] * len(places)
            held = text(frame[name].iloc[places]).tolist() if name in frame else [None] * len(places)
        hidden = table.by_name[name].type == "secret"
        told = ["(not shown)" if isinstance(c, str) else "" for c in held] if hidden else shown(held)
        found += rejects(rows[places], called, told, refused[name].values())
        order += refused[name]
    return [found[place] for place in np.argsort(order, kind="stable").tolist()]


def shown(cells: Iterable[Any]) -> list[str]:
    """Cells as far as a reject tells them."""
    return [cell[:200] if isinstance(cell, str) else "" for cell in cells]


def rejects(
    rows: npt.NDArray[np.int64], columns: Iterable[str], cells: Iterable[str], reasons: Iterable[str]
) -> list[Reject]:
    """So many rejects, each of its row, column, cell and reason."""
    with uncollected():
        return list(map(Reject, rows.tolist(), columns, cells, reasons))


def _failures(table: Table, frame: pd.DataFrame) -> Iterator[tuple[npt.NDArray[np.intp], str, str]]:
    """Places, column and reason of all cells that the schema refuses, test by test."""
    for name in map(str, frame.columns):
        column, values = table.by_name[name], frame[name]
        there = values.notna().to_numpy(dtype=np.bool_)
        if column.required:
            yield np.flatnonzero(~there), name, "is empty and must not be"
        tests = _tests(column)
        if column.type in WORDS and longest(values) <= _most(column):
            tests = tests[1:]  # none can be too long
        for test, said in tests:
            held = test(values).fillna(False).to_numpy(dtype=np.bool_)
            yield np.flatnonzero(there & ~held), name, said
    for rule in table.rules:
        if rule.kind == "one of" or {rule.column, rule.other} <= set(frame.columns):
            # It fails for the row: that is told once, of the column that the rule is about.
            name = rule.other if rule.other in frame and rule.column not in frame else rule.column
            yield np.flatnonzero(~_holds(rule, frame).to_numpy(dtype=np.bool_)), name, rule.reason


WORDS = ("id", "text", "secret", "choice")


def _most(column: Column) -> int:
    """How many characters its cells may have."""
    return _LONGEST.get(column.type, _LONGEST_TEXT)


_Test = Callable[[Any], Any]


def _tests(column: Column) -> Sequence[tuple[_Test, str]]:
    tests: list[tuple[_Test, str]] = []
    hint = f". {column.hint}" if column.hint else ""
    if column.type in WORDS:
        most = _most(column)
        tests.append((lambda values: values.str.len() <= most, f"is longer than {most:,} characters"))
    if column.choices:
        tests.append(
            (
                lambda values: values.isin(column.choices),
                f"is {'none of' if len(column.choices) > 1 else 'not'} {', '.join(column.choices)}",
            ),
        )
    if column.type in ("time", "day", "month") and not column.further:
        said = "is before 1900 or after 2200; leave it empty where it is not known"
        tests.append((lambda values: (values >= _FIRST) & (values < _AFTER), said))
    least, top = column.least, column.most
    if least is not None:
        said = "is negative" if least == 0 else f"is below {least:g}"
        tests.append((lambda values: values >= least, said + hint))
    if top is not None:
        tests.append((lambda values: values <= top, f"is above {top:g}{hint}"))
    return tests


def _holds(rule: Rule, frame: pd.DataFrame) -> pd.Series[bool]:
    if rule.kind == "one of":
        given = [frame[name].notna() for name in (rule.column, rule.other) if name in frame]
        if not given:
            return pd.Series(False, index=frame.index)
        return given[0] ^ given[1] if len(given) == 2 else given[0]
    this, other = frame[rule.column], frame[rule.other]
    match rule.kind:
        case "at most":
            return ~((this > other) & (other >= 0))
        case _:
            return ~((other == rule.value).fillna(False).astype(bool) & (this > rule.most))
