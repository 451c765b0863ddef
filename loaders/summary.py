"""What a load did, for a person and for programs; and the file of refused cells."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from types import TracebackType
from typing import IO, Any

from refnet.core.errors import InputError
from refnet.loaders.check import Reject

_FIRST = 5


@dataclass
class TableSummary:
    """What became of one file.

    Attributes:
        table, source: its table; the file's name, and for an export whose it is.
        of: the source whose export it is; '' for a canonical file.
        rows_read: rows in the file.
        rows_loaded: rows that are in the graph now, each id once.
        rows_rejected: rows that were refused; why is in `rejects_file`, the first few in `rejects`.
        rows_left_out: rows that a source's mapping keeps out (test rows, states that take money back …), by reason.
        rows_repeated: rows whose id came again later in the file: the last one holds.
        rows_of_forgotten: rows of people who are forgotten, that were not taken.
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
    rows_repeated: int = 0
    rows_of_forgotten: int = 0
    waiting: int = 0
    seconds: float = 0.0
    rejects: list[Reject] = field(default_factory=list)
    rejects_file: Path | None = None


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
        for circle in self.circles[:_FIRST]:
            way = " → ".join([*circle[:_FIRST], *["…"][: len(circle) > _FIRST], circle[0]])
            said.append(f"Aliases go round in a circle, {way}: one customer, {circle[0]} taken as the last.")
        return said


@dataclass
class LoadSummary:
    """What a load did.

    Attributes:
        tables: one for each file, in the order of loading.
        currency: the graph's reporting currency.
        warnings: what a person should look at, a sentence each.
        waiting: for every table of the graph how many rows wait for people who are not loaded, where there are any.
        identity: how many ids are joined to others, and what stood in the way.
    """

    tables: list[TableSummary] = field(default_factory=list)
    currency: str = ""
    warnings: list[str] = field(default_factory=list)
    waiting: dict[str, int] = field(default_factory=dict)
    identity: IdentitySummary = field(default_factory=IdentitySummary)

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
            table["seconds"] = round(each.seconds, 3)
        return told

    def __str__(self) -> str:
        return self.told("loaded")

    def told(self, done: str) -> str:
        """All of it for a person; `done` is what became of rows that were taken."""
        lines = [line for each in self.tables for line in _lines(each, done)]
        for table, count in self.waiting.items():
            wait = f"{count:,} {table} wait" if count > 1 else f"1 of {table} waits"
            lines.append(f"{wait} for customers or others that are not loaded.")
        return "\n".join(lines + self.identity.lines() + self.warnings)


def _lines(table: TableSummary, done: str) -> list[str]:
    line = f"{table.table}{f' of {table.source}' if table.of else ''}: {table.rows_loaded:,} rows {done}"
    if table.rows_repeated:
        line += f", {table.rows_repeated:,} came again (the last one holds)"
    if table.rows_of_forgotten:
        line += f", {table.rows_of_forgotten:,} of forgotten people not taken"
    if table.rows_rejected:
        line += f", {table.rows_rejected:,} rejected"
    if table.rows_left_out:
        line += f", {sum(table.rows_left_out.values()):,} left out"
    lines = [f"{line}, {table.seconds:.1f} s"]
    lines += [f"  {count:,} left out: {reason}" for reason, count in table.rows_left_out.items()]
    for reject in table.rejects:
        where = f"row {reject.row}" + (f", {reject.column}" if reject.column else "")
        lines.append(f"  {where}: {reject.value!r} {reject.reason}")
    if table.rejects_file:
        what = "all of them" if table.rows_rejected else "which"
        lines.append(f"  {what} in {table.rejects_file}")
    return lines


class Rejects:
    """The file of refused cells, there from the first one on: row, column, value, reason.

    Raises:
        InputError: it cannot be written; says what to do.
    """

    def __init__(self, path: Path, summary: TableSummary) -> None:
        self._path, self._summary = path, summary
        self._file: IO[str] | None = None

    def __enter__(self) -> Rejects:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._file is not None:
            try:
                self._file.close()
            except OSError as failed:
                if error is None:
                    raise self._unwritable(failed) from None

    def write(self, rejects: Sequence[Reject]) -> None:
        """Add cells, and count their rows."""
        if not rejects:
            return
        summary = self._summary
        summary.rows_rejected += len({reject.row for reject in rejects})
        summary.rejects += rejects[: max(_FIRST - len(summary.rejects), 0)]
        self._append(rejects)

    def write_left_out(self, left_out: Sequence[Reject]) -> None:
        """Add rows that are kept out, and count them by their reasons."""
        for each in left_out:
            told = self._summary.rows_left_out
            told[each.reason] = told.get(each.reason, 0) + 1
        if left_out:
            self._append(left_out)

    def _append(self, rejects: Sequence[Reject]) -> None:
        summary = self._summary
        try:
            if self._file is None:
                self._path.parent.mkdir(parents=True, exist_ok=True)
                self._file = self._path.open("w", newline="", encoding="utf-8")
                csv.writer(self._file).writerow(Reject._fields)
                summary.rejects_file = self._path
            csv.writer(self._file).writerows(rejects)
            self._file.flush()
        except OSError as error:
            raise self._unwritable(error) from None

    def _unwritable(self, error: OSError) -> InputError:
        return InputError(
            f"rejected rows cannot be written here: {error.strerror or error}.",
            file=self._path,
            hint="Make room or name another directory for rejects, and load the same again: nothing comes twice.",
        )
