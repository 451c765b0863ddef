"""Checks: the rows of a table against its schema. What holds goes on, typed; what does not is told, cell by cell."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from refnet.core.money import exponent
from refnet.loaders.cells import text, typed
from refnet.loaders.rows import Column, Rule, Table

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


class Written(NamedTuple):
    """What stood in a file where a mapping has made something else of it, row by row: the column, and its cell."""

    columns: npt.NDArray[np.object_]
    cells: pd.Series[Any]

    def at(self, place: int) -> tuple[str, Any]:
        """The column and the cell of a row."""
        return self.columns[place], self.cells.iat[place]

    def of(self, places: npt.NDArray[np.intp]) -> Written:
        """The same of some rows."""
        return Written(self.columns[places], self.cells.iloc[places])


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
    refused: dict[tuple[int, str], str] = {}
    for name in frame.columns:
        column = table.by_name[name]
        values, bad, reason = typed(frame[name], column)
        for place in np.flatnonzero(bad).tolist():
            refused[place, name] = reason
        if column.default is not None:
            values = values.fillna(column.default)
        if column.type == "currency":
            # One currency for all sums: another one's amounts would be added as if they were of this.
            for place in np.flatnonzero(
                (values.notna() & (values != currency)).to_numpy(dtype=np.bool_)
            ).tolist():
                refused[place, name] = (
                    f"is not the graph's currency, {currency}; convert the row's amounts to it"
                )
            values = values.fillna(currency)
        if column.type == "money":
            scale = 10 ** exponent(currency)
            values = (values * scale).round() / scale
        read[name] = values
    checked = pd.DataFrame(read, index=frame.index)
    for place, name, reason in _failures(table, checked):
        refused.setdefault((place, name), reason)
    if not refused:
        return Checked(checked, rows, [])
    shown: dict[str, Written] = dict(written or {})
    for name in {name for _, name in refused} - set(shown):
        # Of two columns one of which must be filled neither may be there.
        cells = frame[name] if name in frame else pd.Series(None, index=frame.index, dtype=object)
        shown[name] = Written(np.full(len(frame), name, dtype=object), text(cells))
    rejects = []
    for (place, name), reason in sorted(refused.items()):
        called, cell = shown[name].at(place)
        rejects.append(Reject(int(rows[place]), called, _shown(table.by_name[name], cell), reason))
    keep = np.ones(len(frame), dtype=np.bool_)
    keep[[place for place, _ in refused]] = False
    return Checked(checked[keep].reset_index(drop=True), rows[keep], rejects)


def _shown(column: Column, value: Any) -> str:
    if pd.isna(value):
        return ""
    return "(not shown)" if column.type == "secret" else str(value)[:200]


def _failures(table: Table, frame: pd.DataFrame) -> list[tuple[int, str, str]]:
    """(place, column, reason) of every cell that the schema refuses."""
    with warnings.catch_warnings():
        # pandera's own use of pandas, and of pyspark where that is installed, is not our user's business.
        warnings.simplefilter("ignore")
        import pandera.errors

        try:
            schema_of(table, tuple(frame.columns)).validate(frame, lazy=True)
        except pandera.errors.SchemaErrors as errors:
            cases = errors.failure_cases
        else:
            return []
    reasons = {
        _reason_of(rule): rule.other if rule.other in frame and rule.column not in frame else rule.column
        for rule in table.rules
    }
    found = []
    for place, name, reason in zip(cases["index"], cases["column"], cases["check"], strict=True):
        said = "is empty and must not be" if reason == "not_nullable" else str(reason)
        # A rule between two columns fails for the row: it is told once, of the column it is about.
        found.append((int(place), reasons.get(said, str(name)), said))
    return found


@cache
def schema_of(table: Table, columns: tuple[str, ...]) -> Any:
    """The pandera schema of a table, of those columns that a file has.

    Values are typed before (`cells`), so that the schema is about what they say.
    """
    import pandera.pandas as pa

    return pa.DataFrameSchema(
        {
            column: pa.Column(
                checks=[pa.Check(test, error=said) for test, said in _tests(table.by_name[column])],
                nullable=not table.by_name[column].required,
            )
            for column in columns
            if column in table.by_name
        },
        checks=[
            pa.Check(_test_of(rule), error=_reason_of(rule), ignore_na=False)
            for rule in table.rules
            if rule.kind == "one of" or {rule.column, rule.other} <= set(columns)
        ],
    )


_Test = Callable[[Any], Any]


def _tests(column: Column) -> Sequence[tuple[_Test, str]]:
    tests: list[tuple[_Test, str]] = []
    hint = f". {column.hint}" if column.hint else ""
    if column.type in ("id", "text", "secret", "choice"):
        most = _LONGEST.get(column.type, _LONGEST_TEXT)
        tests.append((lambda values: values.str.len() <= most, f"is longer than {most:,} characters"))
    if column.choices:
        tests.append(
            (lambda values: values.isin(column.choices), f"is none of {', '.join(column.choices)}"),
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


def _reason_of(rule: Rule) -> str:
    return rule.reason


def _test_of(rule: Rule) -> _Test:
    def test(frame: pd.DataFrame) -> pd.Series[bool]:
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

    return test
