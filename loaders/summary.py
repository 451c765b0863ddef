"""What a load did, for a person and for programs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from refnet.core.errors import printable
from refnet.core.money import show
from refnet.loaders.check import Reject
from refnet.loaders.rejects import FIRST
from refnet.loaders.schemas import REFUNDS

SHOWN = 40
"""So many names of columns are told in words; `--json` has all of them."""


@dataclass
class TableSummary:
    """What became of one file.

    Attributes:
        table, source: its table; the file's name, and for an export whose it is.
        of: the source whose export it is; '' for a canonical file.
        rows_read: rows in the file.
        rows_loaded: rows that are in the graph now, each id once.
        rows_rejected: rows that were refused; why is in `rejects_file`, the first few in `rejects`.
        rows_file: the refused rows as a whole, to be mended and loaded; None where they hold tokens.
        rows_left_out: rows that a source's mapping keeps out (test rows, states that take money back …), by reason.
        rows_skipped: rows that the graph has of an earlier try that broke off, and that were not sent again.
        rows_repeated: rows whose id came again later in the file: the last one holds.
        rows_of_forgotten: rows of people who are forgotten, that were not taken.
        rows_kept_out: rows that a list of removals names, and that were not taken.
        waiting: rows of this table, of this load or earlier, that wait for people who are not loaded.
        seconds: how long it took.
    """

    table: str
    source: str
    of: str = ""
    rows_read: int = 0
    rows_loaded: int = 0
    rows_rejected: int = 0
    rows_left_out: dict[str, int] = field(default_factory=dict)
    rows_skipped: int = 0
    rows_repeated: int = 0
    rows_of_forgotten: int = 0
    rows_kept_out: int = 0
    waiting: int = 0
    seconds: float = 0.0
    rejects: list[Reject] = field(default_factory=list)
    rejects_file: Path | None = None
    rows_file: Path | None = None


@dataclass(frozen=True)
class ColumnSummary:
    """What a column holds, over all rows of the file that was read.

    Attributes:
        column: its canonical name, or a further column's own.
        kind: what its cells are read as: id, text, choice, time, day, month, money, number, count, flag …
        empty: the share of rows that have nothing in it; None where there is no row.
        distinct: how many different values there are, white space around them apart.
        more: there are more than that: it was not counted on.
        least, most: of the rows that are taken: the first and last time (UTC), the smallest and largest number.
        attribute: it is none of the table's own, and kept as an attribute.
    """

    column: str
    kind: str
    empty: float | None = None
    distinct: int = 0
    more: bool = False
    least: str | float | None = None
    most: str | float | None = None
    attribute: bool = False


@dataclass
class DryTableSummary(TableSummary):
    """What would become of one file, and what each of its columns holds."""

    columns: list[ColumnSummary] = field(default_factory=list)


@dataclass(frozen=True)
class IdentitySummary:
    """Who is who after a load, in the whole graph.

    Attributes:
        by_alias, by_email: ids that are joined to another one of their customer, by an alias or by the same email.
        ambiguous_emails: emails by which nobody is joined: several who have them have different ids of one kind.
        circles: aliases that lead back to where they began, the id that they end at first.
        unknown_aliases: aliases of which neither id is a customer who is loaded.
    """

    by_alias: int = 0
    by_email: int = 0
    ambiguous_emails: int = 0
    circles: list[list[str]] = field(default_factory=list)
    unknown_aliases: int = 0

    def lines(self) -> list[str]:
        """What a person should know of it; nothing where every customer has one id."""
        said = []
        if self.by_alias or self.by_email:
            said.append(
                f"Joined to another id of the same customer: {self.by_alias:,} ids by alias, {self.by_email:,} "
                "by email (`refnet query identity/joined`)."
            )
        if self.ambiguous_emails:
            said.append(
                f"Ambiguous, and joining nobody: {self.ambiguous_emails:,} of the emails, which different ids of one "
                "kind have (`refnet query identity/shared-emails`)."
            )
        if self.unknown_aliases:
            said.append(f"Aliases of nobody who is loaded: {self.unknown_aliases:,}.")
        for circle in self.circles[:FIRST]:
            way = " → ".join([*circle[:FIRST], *["…"][: len(circle) > FIRST], circle[0]])
            said.append(f"Aliases go round in a circle, {way}: one customer, {circle[0]} taken as the last.")
        return said


@dataclass(frozen=True)
class RemovedSummary:
    """What a complete export no longer had.

    Attributes:
        table, of: of which table and source.
        rows: so many rows. staying: those of them that another source has, so that they are still there.
        file: which they are.
    """

    table: str
    of: str
    rows: int
    staying: int
    file: Path


@dataclass(frozen=True)
class LoweredSummary:
    """Customers whose orders say less than their revenue column did; amounts in the graph's currency.

    Attributes:
        customers: how many there are, of this load or earlier.
        by_orders, by_column: their revenue, and what it would be without orders.
    """

    customers: int
    by_orders: float
    by_column: float


@dataclass
class LoadSummary:
    """What a load did.

    Attributes:
        tables: one for each file, in the order of loading.
        currency: the graph's reporting currency.
        warnings: what a person should look at, a sentence each.
        waiting: for every table of the graph how many rows wait for people who are not loaded, where there are any.
        with_prefix: an id that is waited for, and the one that is there: the same with a source's prefix.
        identity: how many ids are joined to others, and what stood in the way.
        removed: what complete exports no longer had, where a load replaces.
        deleted: how many rows of the graph lists of removals have taken away, by table.
        duplicates: orders of the graph that their sources tell again, and that are not counted.
        lowered: customers whose orders say less than their revenue column did, if there are more of them than before.
        unused: of a dry run, columns of exports that their mappings take nothing from, by file.
    """

    tables: list[TableSummary] = field(default_factory=list)
    currency: str = ""
    warnings: list[str] = field(default_factory=list)
    waiting: dict[str, int] = field(default_factory=dict)
    with_prefix: tuple[str, str] | None = None
    identity: IdentitySummary = field(default_factory=IdentitySummary)
    removed: list[RemovedSummary] = field(default_factory=list)
    deleted: dict[str, int] = field(default_factory=dict)
    duplicates: int = 0
    lowered: LoweredSummary | None = None
    unused: dict[str, list[str]] = field(default_factory=dict)

    def __getitem__(self, table: str) -> TableSummary:
        return next(each for each in self.tables if each.table == table)

    @property
    def rows_rejected(self) -> int:
        """Rows that were refused, of all tables."""
        return sum(each.rows_rejected for each in self.tables)

    def to_dict(self) -> dict[str, Any]:
        """All of it as JSON can say it."""
        told = asdict(self)
        for table, each in zip(told["tables"], self.tables, strict=True):
            table["rejects"] = [reject._asdict() for reject in each.rejects]
            table["rejects_file"] = str(each.rejects_file) if each.rejects_file else None
            table["rows_file"] = str(each.rows_file) if each.rows_file else None
            table["seconds"] = round(each.seconds, 3)
        for removed in told["removed"]:
            removed["file"] = str(removed["file"])
        return told

    def __str__(self) -> str:
        return self.told("loaded")

    def told(self, done: str) -> str:
        """All of it for a person; `done` is what became of rows that were taken."""
        lines = [line for each in self.tables for line in _lines(each, done)]
        for gone in self.removed:
            stay = f" ({gone.staying:,} stay, since another source has them)" if gone.staying else ""
            lines.append(f"{gone.table} of {gone.of}: {gone.rows:,} removed{stay}; which in {gone.file}")
        lines += [f"{table}: {count:,} deleted, as removals say" for table, count in self.deleted.items()]
        for file, columns in self.unused.items():
            lines.append(f"{file}: not taken {'is' if len(columns) == 1 else 'are'} {_named(columns)}")
        if self.unused:
            lines.append(
                "To take more: `refnet sources show NAME` prints a mapping, to be changed as one's own."
            )
        for table, count in self.waiting.items():
            wait = f"{count:,} {table} wait" if count > 1 else f"1 row of {table} waits"
            whom = "orders" if table == REFUNDS.name else "customers or others"
            lines.append(f"{wait} for {whom} that are not loaded.")
        if self.with_prefix is not None:
            said, there = self.with_prefix
            lines.append(
                f"{said} is not there, {there} is: ids of other systems have a prefix. Write it before yours, too."
            )
        if self.duplicates:
            told = f"{self.duplicates:,} orders are" if self.duplicates > 1 else "1 order is"
            lines.append(
                f"{told} the same sale told again, and not counted (`refnet query duplicates/list`)."
            )
        if self.lowered is not None:
            less, more = (
                show(each, self.currency) for each in (self.lowered.by_orders, self.lowered.by_column)
            )
            who = f"{self.lowered.customers:,} customers" if self.lowered.customers > 1 else "1 customer"
            lines.append(
                f"Revenue is made of orders where there are any. For {who} that is less than the revenue column "
                f"says: {less} by their orders, {more} by the column. Load all of their orders, or none of them."
            )
        return "\n".join(map(printable, lines + self.identity.lines() + self.warnings))


def _named(columns: Sequence[str]) -> str:
    """Columns by their names, the first of them."""
    more = len(columns) - SHOWN
    return ", ".join([*columns[:SHOWN], *([f"{more} more columns"] if more > 0 else [])])


def _lines(table: TableSummary, done: str) -> list[str]:
    line = f"{table.table}{f' of {table.source}' if table.of else ''}: {table.rows_loaded:,} rows {done}"
    if table.rows_repeated:
        line += f", {table.rows_repeated:,} came again (the last one holds)"
    if table.rows_of_forgotten:
        line += f", {table.rows_of_forgotten:,} of forgotten people not taken"
    if table.rows_kept_out:
        line += f", {table.rows_kept_out:,} kept out (removals name them)"
    if table.rows_rejected:
        line += f", {table.rows_rejected:,} rejected"
    if table.rows_left_out:
        line += f", {sum(table.rows_left_out.values()):,} left out"
    lines = [f"{line}, {table.seconds:.1f} s"]
    if table.rows_skipped:
        lines.append(f"  {table.rows_skipped:,} of {table.rows_read:,} rows were loaded before it broke off")
    lines += [f"  {count:,} left out: {reason}" for reason, count in table.rows_left_out.items()]
    for reject in table.rejects:
        where = f"row {reject.row}" + (f", {reject.column}" if reject.column else "")
        lines.append(f"  {where}: {reject.value!r} {reject.reason}")
    if table.rejects_file:
        what = f"all {table.rows_rejected:,}" if len(table.rejects) < table.rows_rejected else "which"
        lines.append(f"  {what} in {table.rejects_file}")
    if table.rows_file:
        lines.append(f"  the rows to be mended and loaded in {table.rows_file}")
    if isinstance(table, DryTableSummary):
        lines += _columns(table.columns)
    return lines


def _columns(columns: Sequence[ColumnSummary]) -> list[str]:
    """What columns hold, one a line, beneath each other."""
    rows = []
    for each in columns:
        empty = (
            "–"
            if each.empty is None
            else f"{100 * each.empty:.0f} %"
            if each.empty in (0, 1)
            else (f"{100 * each.empty:.1f} %")
        )
        bounds = "" if each.least is None else f"{_short(each.least)} to {_short(each.most)}"
        several = f"{'over ' if each.more else ''}{each.distinct:,} different"
        kind = f"{each.kind}, attribute" if each.attribute else each.kind
        rows.append((each.column, kind, f"{empty} empty", several, bounds))
    wide = [max((len(row[place]) for row in rows), default=0) for place in range(4)]
    return [
        f"  {row[0]:<{wide[0]}}  {row[1]:<{wide[1]}}  {row[2]:>{wide[2]}}  {row[3]:>{wide[3]}}  {row[4]}".rstrip()
        for row in rows
    ]


def _short(value: str | float | None) -> str:
    return value.removesuffix("T00:00:00Z") if isinstance(value, str) else f"{value:,.12g}"
