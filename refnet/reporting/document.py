"""What a report is made of, whatever form it takes: sections of figures, tables and plots."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

from refnet.core.money import exponent

Unit: TypeAlias = Literal["share", "points", "times", "number", "count", "amount", "days", "months", "text"]
"""share: a fraction of 1; points: a difference of two of them; amount: in the report's currency."""

NOTHING = "–"
LITTLE = "too little data"


@dataclass(frozen=True)
class Estimate:
    """A value with its 95 % interval.

    Attributes:
        value, low, high: in the unit; None where not known.
        little: it rests on too little data to be told.
    """

    value: float | None
    low: float | None = None
    high: float | None = None
    little: bool = False


def estimated(value: float | None, interval: Sequence[Any] | None, *, little: bool = False) -> Estimate:
    """An estimate of a value and its interval as figures have them."""
    low, high = interval or (None, None)
    return Estimate(value, low, high, little)


Cell: TypeAlias = Estimate | str | float | int | None


@dataclass(frozen=True)
class Figure:
    """One figure and the sentence that says what it means and how sure it is."""

    name: str
    estimate: Estimate
    unit: Unit
    reading: str


@dataclass(frozen=True)
class Column:
    """A table's column; `estimates` are columns of values with their ends."""

    name: str
    unit: Unit = "text"
    estimates: bool = False


@dataclass(frozen=True)
class Table:
    """A table with a name that a sheet can have."""

    name: str
    title: str
    columns: Sequence[Column]
    rows: Sequence[Sequence[Cell]]
    note: str = ""


@dataclass(frozen=True)
class Plot:
    """A plot of estimates: a line over time with its band, or a dot and its interval for each level.

    Attributes:
        mark: the label at which something began, such as a launch.
    """

    kind: Literal["line", "dots"]
    title: str
    unit: Unit
    points: Sequence[tuple[str, Estimate]]
    mark: str | None = None


@dataclass(frozen=True)
class Section:
    """A part of the report."""

    key: str
    title: str
    lead: str = ""
    figures: Sequence[Figure] = ()
    plots: Sequence[Plot] = ()
    tables: Sequence[Table] = ()


@dataclass(frozen=True)
class Report:
    """The whole of it."""

    title: str
    about: str
    currency: str
    sections: Sequence[Section]
    notes: Sequence[str] = field(default=())


def shown(value: Any, unit: Unit, currency: str = "") -> str:
    """A value for a reader: 0.22 as 22.0 %, a hundred as 100.00 in a currency of cents; – where it is not known."""
    if value is None:
        return NOTHING
    if unit == "text" or isinstance(value, str):
        return str(value)
    if unit == "share":
        return f"{100 * value:.1f} %"
    if unit == "points":
        return f"{100 * value:+.1f} points"
    if unit == "amount":
        return f"{value:,.{exponent(currency) if currency else 2}f}"
    if unit == "times":
        return f"{value:,.2f} ×"
    if unit in ("count", "days"):
        return f"{value:,.0f}"
    return f"{value:,.2f}" if unit == "number" else f"{value:,.1f}"


def between(estimate: Estimate, unit: Unit, currency: str = "") -> str:
    """The interval for a reader: `21.1 % to 22.2 %`; an end that was not reached is open; '' where there is none."""
    if estimate.low is None and estimate.high is None:
        return ""
    ends = (
        shown(end, unit, currency) if end is not None else "open" for end in (estimate.low, estimate.high)
    )
    return " to ".join(ends)


def told(estimate: Estimate, unit: Unit, currency: str = "") -> str:
    """A value and its interval for a reader, or that there is too little data."""
    if estimate.little:
        return LITTLE
    interval = between(estimate, unit, currency)
    value = shown(estimate.value, unit, currency)
    return f"{value} ({interval})" if interval and estimate.value is not None else value
