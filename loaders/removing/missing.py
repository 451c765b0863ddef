"""Missing: the rows of a table and source that the graph has and its complete export no longer has."""

from __future__ import annotations

import csv
import uuid
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple, TypeAlias

from refnet.core.errors import InputError, UsageError
from refnet.core.progress import Reporter
from refnet.graph import Graph, catalogue, removing
from refnet.graph.model import ALIAS, CUSTOMER
from refnet.loaders.rejects import FIRST, private
from refnet.loaders.removing.present import Keys
from refnet.loaders.rows import Table
from refnet.loaders.summary import RemovedSummary

_PART = 10_000


class Row(NamedTuple):
    """A row that is missing.

    Attributes:
        key: in the graph. holder: the customer whose relationship it is.
        kept: it is what was loaded under one of several ids, and stands in an :Alias.
        said: what a person knows it by. others: the other sources that have it, so that it stays.
    """

    key: str
    holder: str | None
    kept: bool
    said: tuple[str, ...]
    others: tuple[str, ...]


@dataclass
class Missing:
    """What of one table and source would be removed.

    Attributes:
        table, whose: of what. columns: of the table, that the export has.
        held: how many rows the graph has of it. rows: those of them that are missing.
        file: where all of them are listed; None if there are none.
    """

    table: Table
    whose: str
    columns: set[str]
    held: int = 0
    rows: list[Row] = field(default_factory=list)
    file: Path | None = None

    @property
    def most(self) -> bool:
        """More than half of it: rather an export that is not complete."""
        return 2 * len(self.rows) > self.held

    @property
    def staying(self) -> int:
        """Those that another source has."""
        return sum(bool(row.others) for row in self.rows)

    @property
    def summary(self) -> RemovedSummary:
        """What is to be said of it afterwards."""
        assert self.file is not None
        return RemovedSummary(self.table.name, self.whose, len(self.rows), self.staying, self.file)

    def __str__(self) -> str:
        first = ", ".join(" ".join(row.said) for row in self.rows[:FIRST])
        more = ", …" if len(self.rows) > FIRST else ""
        others = f" ({self.staying:,} stay, since another source has them)" if self.staying else ""
        return (
            f"{self.table.name} of {self.whose}: {len(self.rows):,} of {self.held:,}{others}: {first}{more}; "
            f"all of them in {self.file}"
        )


Ask: TypeAlias = Callable[[Sequence[Missing]], None]


@dataclass(frozen=True)
class Replacing:
    """Whether what is missing may be removed.

    Attributes:
        yes: however much it is.
        ask: told of it, if there is something; where it should not be, it raises.
    """

    yes: bool = False
    ask: Ask | None = None

    def missing(
        self, graph: Graph, keys: Sequence[Keys], directory: Path, reporter: Reporter
    ) -> list[Missing]:
        """What is to be removed.

        Raises:
            UsageError: more than half of a table, and `yes` is not said.
            InputError: a list cannot be written.
        """
        found = find(graph, keys, directory, reporter)
        if found and self.ask is not None:
            self.ask(found)
        drastic = next((each for each in found if each.most), None)
        if drastic is not None and not self.yes:
            raise UsageError(
                f"{len(drastic.rows):,} of {drastic.held:,} {drastic.table.name} of {drastic.whose} are not in what "
                "was given: more than half. Nothing was loaded and nothing removed.",
                f"Is it the complete export? They are listed in {drastic.file}; if they shall go, add --yes "
                "(from Python: yes=True).",
            )
        return found


def find(graph: Graph, keys: Sequence[Keys], directory: Path, reporter: Reporter) -> list[Missing]:
    """Compare what the graph has with what is present, and list what is not in files removed-TABLE-RUN.csv.

    Args:
        graph: where.
        keys: what is present, of each table and source.
        directory: where the lists go.
        reporter: told how far it is.

    Raises:
        InputError: a list cannot be written.
        StoreError: the graph cannot be reached.
    """
    found = []
    for each in keys:
        missing = Missing(each.table, each.whose, each.columns)
        with reporter.stage(f"{each.table.name}, comparing") as progress:
            held = _held(graph, each.table, each.whose)
            while part := list(islice(held, _PART)):
                missing.held += len(part)
                there = each.have([row.key for row in part])
                missing.rows += [row for row, is_there in zip(part, there, strict=True) if not is_there]
                progress.advance(len(part))
        if missing.rows:
            _list(missing, directory / f"removed-{each.table.name}-{str(uuid.uuid4())[:8]}.csv")
            found.append(missing)
    return found


def _shown(table: Table) -> list[str]:
    """Columns that a row without an id of its own is known by, besides what its relationship leads to."""
    if table.id_column is not None:
        return []
    there = [table.by_name[name] for name in table.identity]
    target = table.edge.on_target if table.edge is not None else ()
    return [column.name for column in there if column.type != "secret" and column.name not in target[:1]]


def _header(table: Table) -> list[str]:
    if table.id_column is not None:
        return [table.id_column]
    target = [n for n in table.edge.on_target[:1] if not _secret(table, n)] if table.edge is not None else []
    return [*_shown(table), *target]


def _secret(table: Table, name: str) -> bool:
    return table.by_name[name].type == "secret"


def _held(graph: Graph, table: Table, whose: str) -> Iterator[Row]:
    shown = [table.by_name[name].property for name in _shown(table)]
    if table.node == ALIAS:
        yield from _kept(graph, "removing/alias-rows", whose)
    elif table.node is not None:
        if table.node == CUSTOMER:
            yield from _kept(graph, "removing/kept-rows", whose)
        named = table.id_column is not None
        rows = graph.stream(removing.rows_of(table.node, shown), source=whose)
        yield from _rows(rows, whose, named=named)
    else:
        edge = table.edge
        assert edge is not None
        target = not _secret(table, edge.on_target[0])
        for text in (
            removing.edges_of(edge.type, edge.key, edge.target, shown),
            removing.waiting_of(table.name, shown),
        ):
            for key, holder, sources, leads_to, *said in graph.stream(text, source=whose):
                words = [*said, leads_to] if target else said
                yield Row(key, holder, False, _texts(words), _others(sources, whose))


def _kept(graph: Graph, query: str, whose: str) -> Iterator[Row]:
    return _rows(graph.stream(catalogue()[query].text, source=whose), whose, kept=True)


def _rows(rows: Iterable[list[Any]], whose: str, *, kept: bool = False, named: bool = True) -> Iterator[Row]:
    for key, holder, sources, *said in rows:
        yield Row(key, holder, kept, (key,) if named else _texts(said), _others(sources, whose))


def _texts(values: Iterable[Any]) -> tuple[str, ...]:
    """As files have them."""
    return tuple("" if v is None else str(v.iso_format() if hasattr(v, "iso_format") else v) for v in values)


def _others(sources: Sequence[str], whose: str) -> tuple[str, ...]:
    return tuple(name for name in sources if name != whose)


def _list(missing: Missing, path: Path) -> None:
    missing.file = path
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with private(path) as file:
            writer = csv.writer(file)
            writer.writerow([*_header(missing.table), "also_of"])
            writer.writerows([*row.said, " ".join(row.others)] for row in missing.rows)
    except OSError as error:
        raise InputError(
            f"the list of what would be removed cannot be written here: {error.strerror or error}.",
            file=path,
            hint="Make room or name another directory with --rejects. Nothing was loaded.",
        ) from None
