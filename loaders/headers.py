"""Headers: which table a file is or whose export, and whether its columns are as they should be."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import pandas as pd

from refnet.core.errors import InputError, UsageError
from refnet.graph.model import CANONICAL, RESERVED, camel
from refnet.loaders.files import ENDINGS, Chunk, Opened, ending, open_file
from refnet.loaders.rejects import is_list, rows_of
from refnet.loaders.rows import Table
from refnet.loaders.schemas import REFUNDS, TABLES
from refnet.loaders.sources.catalogue import Catalogue
from refnet.loaders.sources.recognise import Recognised, is_empty_page, opened_as, recognise, unknown
from refnet.loaders.sources.shape import Among, absent, missing, shaped
from refnet.loaders.sources.unused import unused

_NEAR = 0.85


@dataclass(frozen=True)
class Source:
    """A file or DataFrame that is to be loaded.

    Attributes:
        table: its schema; further columns are not yet in it.
        opened: its header and rows, the columns by their names without white space around.
        further: columns beyond the schema's, kept as attributes.
        warnings: what a person should look at.
        of: the source whose export it is; '' for a canonical file.
        secret: its rows have tokens, which are never written down as they are.
        empty: further columns that say nothing, here or in the graph: what they hold is not known yet.
        unused: columns of an export of which no table takes anything.
    """

    table: Table
    opened: Opened
    further: tuple[str, ...]
    warnings: tuple[str, ...]
    of: str = ""
    secret: bool = False
    empty: tuple[str, ...] = ()
    unused: tuple[str, ...] = ()

    @property
    def whose(self) -> str:
        """The source that its rows are noted with in the graph."""
        return self.of or CANONICAL

    @property
    def called(self) -> str:
        """The file's name and, for an export, whose it is."""
        file = self.opened.short
        return f"{file} ({self.of})" if self.of else file


def of_kept(
    path: Path, called: str, name: str, catalogue: Catalogue, named: str | None
) -> tuple[list[Source], list[str]]:
    """Rows that are kept in a file aside, as of a table, or of a source: the one named, else the one of this name.

    Raises:
        InputError: the columns are wrong.
        UsageError: there is no such table nor source.
    """
    if named is None and name in TABLES:
        return [checked(TABLES[name], open_file(path).called(called))], []
    if named is None:
        table_or_source(name, catalogue)
    known = opened_as(path, catalogue[named or name])
    return _mapped(replace(known, opened=known.opened.called(called)))


def of_file(path: Path, catalogue: Catalogue, named: str | None) -> tuple[list[Source], list[str]]:
    """One file: canonical by its name, else of the source that its header is of."""
    if not ending(path):
        raise UsageError(f"{path} is of no kind that is loaded.", f"It may end in {', '.join(ENDINGS)}.")
    if is_empty_page(path, catalogue):
        return [], [f"{path.name} was passed over: it has no rows"]
    if named is not None:
        return _mapped(opened_as(path, catalogue[named]))
    name = _stem(path)
    if mended := rows_of(name):
        of, name = mended
        if of:
            if of not in catalogue.all:
                raise UsageError(
                    f"{path} is of {of} by its name, and there is no such source.",
                    "Put its mapping back (REFNET_SOURCES, ./sources), say --source NAME, or move the file away.",
                )
            return _mapped(opened_as(path, catalogue[of]))
    if name in TABLES:
        try:
            return [checked(TABLES[name], open_file(path))], []
        except InputError:
            # Its name is a table's, its header is not: another system may call its export so, too.
            known = _recognised(path, catalogue)
            if known is None:
                raise
            return _mapped(known)
    known = recognise(path, catalogue)
    if known is not None:
        return _mapped(known)
    near = difflib.get_close_matches(name, TABLES, 1, cutoff=0.5)
    if near and set(TABLES[near[0]].required) <= {column.strip() for column in open_file(path).columns}:
        table_of(name)
    raise unknown(path, catalogue)


def _recognised(path: Path, catalogue: Catalogue) -> Recognised | None:
    """As `recognise`, None too for what cannot be read."""
    mappings = catalogue.all  # what is wrong with one of them is told all the same
    try:
        return recognise(path, catalogue) if mappings else None
    except InputError:
        return None


def _mapped(known: Recognised) -> tuple[list[Source], list[str]]:
    """The canonical tables that an export gives."""
    opened, mapping = known.opened, known.mapping
    secret = any(_secret(TABLES[name]) for name in mapping.tables)
    said = [known.told] if known.by else []
    found: list[Source] = []
    left = unused(opened.columns, mapping)
    without: dict[str, list[str]] = {}
    told: Among | None = None
    lacks: list[str] = []
    for rows in mapping.rows:
        if rows.table not in TABLES:
            continue
        # Refunds stand behind the orders that they are among, and are there if these are.
        among = rows.table == REFUNDS.name and bool(rows.refunds)
        lacks = lacks if among else missing(opened, rows)
        if lacks:
            without.setdefault(" and no ".join(lacks), []).append(rows.table)
            continue
        table = TABLES[rows.table]
        made, told = shaped(opened, mapping, rows, told if among else None)
        further = tuple(name for name in made.columns if name not in table.by_name)
        found.append(Source(table, made, further, made.warnings, mapping.name, secret, unused=left))
    given = {each.table.name for each in found}
    lacking = [
        f"it gives no {' and no '.join(dict.fromkeys(tables))}, having no {lacks}"
        for lacks, several in without.items()
        if (tables := [name for name in several if name not in given])
    ]
    if not found:
        raise InputError(
            f"is not as {mapping.name} is: {'; '.join(lacking)}.",
            file=opened.name,
            hint=f"`refnet sources show {mapping.name}` prints what it should have.",
        )
    said += [f"{opened.short}: {each}" for each in lacking]
    if not known.by and (
        lacks := absent(opened, mapping)
    ):  # it is not by its header that it is of this source
        said.append(
            f"{opened.short} lacks columns of {mapping.name}; is it one? Not there: {', '.join(lacks)}"
        )
    return found, [*said, *opened.warnings]


def _stem(path: Path) -> str:
    return path.name[: len(path.name) - len(ending(path))].lower()


def table_of(name: str) -> str:
    """The name, if it is a table's.

    Raises:
        UsageError: it is none; says which is near.
    """
    if name in TABLES:
        return name
    near = difflib.get_close_matches(name, TABLES, 1, cutoff=0.5)
    raise UsageError(
        f"There is no table {name!r}.",
        f"Did you mean {near[0]}?" if near else f"There are {', '.join(TABLES)}.",
    )


def table_or_source(name: str, catalogue: Catalogue) -> None:
    """See that a name is one of a table or a source.

    Raises:
        UsageError: it is none; says which is near.
    """
    if name in TABLES or name in catalogue.all:
        return
    near = difflib.get_close_matches(name, [*TABLES, *catalogue.all], 1, cutoff=0.5)
    raise UsageError(
        f"There is no table and no source {name!r}.",
        f"Did you mean {near[0]}?"
        if near
        else f"The tables are {', '.join(TABLES)}; `refnet sources` lists the sources.",
    )


def of_directory(directory: Path, catalogue: Catalogue, named: str | None) -> tuple[list[Source], list[str]]:
    """A directory's files, and those that were passed over."""
    files: dict[str, Path] = {}
    passed_over: list[Path] = []
    exports: list[Path] = []
    try:
        entries = sorted(directory.iterdir())
    except PermissionError:
        raise InputError("may not be read.", file=directory, hint="Check its permissions.") from None
    for path in entries:
        if path.name.startswith(".") or path.name == "truth.json" or path.name.upper().startswith("README"):
            continue
        readable = path.is_file() and ending(path)
        name = _stem(path) if readable else ""
        if readable and is_list(path):
            continue  # why rows were refused, beside the rows themselves; which were removed
        known = named is not None or rows_of(name) is not None
        if readable and (known or (name not in TABLES and _recognised(path, catalogue))):
            exports.append(path)
        elif name not in TABLES:
            passed_over.append(path)
        elif name in files:
            raise InputError(
                f"there is {files[name].name} too.",
                file=path,
                hint=f"Keep one of the two as the {name} to load.",
            )
        else:
            files[name] = path
    if not files and not exports:
        there = f"; it has {', '.join(p.name for p in passed_over[:5])}" if passed_over else ", it is empty"
        what = "is a directory, and has" if ending(directory) else "has"
        raise InputError(
            f"{what} no file that is loaded{there}.",
            file=directory,
            hint="Name them customers.csv, referrals.csv …; `refnet template DIR` writes them with their headers. Of "
            "another system's export `refnet load FILE` says which source it is like, and `refnet sources sketch FILE` "
            "writes a mapping.",
        )
    said = []
    for path in passed_over:
        if path.is_dir():
            if ending(path):
                said.append(
                    f"{path.name} is a directory, and was passed over: to load what is in it, give it, too"
                )
            else:
                said.append(f"{path.name} was passed over")
            continue
        if ending(path) and is_empty_page(path, catalogue):
            said.append(f"{path.name} was passed over: it has no rows")
            continue
        near = difflib.get_close_matches(_stem(path) if ending(path) else path.name, TABLES, 1, cutoff=0.7)
        said.append(
            f"{path.name} was passed over" + (f": did you mean {near[0]}{ending(path)}?" if near else "")
        )
    found: list[Source] = []
    for path in [*files.values(), *exports]:
        these, told = of_file(path, catalogue, named)
        found += these
        said += told
    return found, said


def in_order(found: Sequence[Source]) -> list[Source]:
    """In the order of loading."""
    return [each for name in TABLES for each in found if each.table.name == name]


def checked(table: Table, opened: Opened) -> Source:
    """A canonical file, if its columns are as they should be."""
    names = [name.strip() for name in opened.columns]
    if names and names[0].lower().startswith("sep="):
        raise InputError(
            f"begins with {names[0]}, which is for Excel only.",
            file=opened.name,
            row=1,
            hint="Delete that line: the header is the first one.",
        )
    opened = replace(opened, columns=names, chunks=partial(_renamed, opened, names))
    for place, name in enumerate(names, start=1):
        if not name:
            raise InputError(
                f"column {place} has no name.",
                file=opened.name,
                hint="Name it, or leave it out (pandas: index=False).",
            )
        if names.index(name) != place - 1:
            raise InputError(
                "is there twice.", file=opened.name, column=name, hint="Rename or drop one of the two."
            )
    missing = [name for name in table.required if name not in names]
    if missing:
        near = difflib.get_close_matches(
            missing[0], [n for n in names if n not in table.by_name], 1, cutoff=0.5
        )
        raise InputError(
            f"has no column {missing[0]}.",
            file=opened.name,
            hint=f"Is it the one called {near[0]}?" if near else f"It needs {', '.join(table.required)}.",
        )
    for rule in table.rules:
        if rule.kind == "one of" and rule.column not in names and rule.other not in names:
            raise InputError(
                f"has neither {rule.column} nor {rule.other}.", file=opened.name, hint="Add one of them."
            )
    further = tuple(name for name in names if name not in table.by_name)
    if further and not table.attributes:
        near = difflib.get_close_matches(further[0], table.by_name, 1, cutoff=0.5)
        raise InputError(
            f"{table.name} has no such column.",
            file=opened.name,
            column=further[0],
            hint=f"Did you mean {near[0]}?" if near else f"It may have {', '.join(table.by_name)}.",
        )
    said = (*opened.warnings, *_look_at(table, opened, further))
    return Source(table, opened, further, said, secret=_secret(table))


def _secret(table: Table) -> bool:
    return any(column.type == "secret" for column in table.columns)


def _renamed(opened: Opened, names: list[str]) -> Iterator[Chunk]:
    for chunk in opened.chunks():
        chunk.frame.columns = pd.Index(names)
        yield chunk


def _look_at(table: Table, opened: Opened, further: tuple[str, ...]) -> Iterator[str]:
    """Refuse further columns whose names are taken; warn of those that look like a known one misspelt."""
    taken, file = {column.property: column.name for column in table.columns}, opened.name
    for name in further:
        prop = camel(name)
        if not prop:
            raise InputError(
                "is no name for a column.", file=file, column=name, hint="Begin it with a letter."
            )
        if prop in RESERVED:
            raise InputError(
                "is a name that refnet writes itself.", file=file, column=name, hint="Rename the column."
            )
        if prop in taken:
            raise InputError(
                f"would be the same as {taken[prop]}.",
                file=file,
                column=name,
                hint="Rename or drop one of the two.",
            )
        taken[prop] = name
        known = [column for column in table.by_name if column not in further]
        near = difflib.get_close_matches(name.lower(), known, 1, cutoff=_NEAR)
        near = near or [k for k in known if _swapped(name.lower(), k)][:1]
        near = near or [k for k in known if k.split("_")[0] == name.lower().strip("_ ")][:1]
        if near:
            yield f"{opened.short}: column {name} is kept as an attribute; did you mean {near[0]}?"


def _swapped(one: str, other: str) -> bool:
    """Whether they are the same but for two letters side by side, one in the place of the other."""
    apart = [place for place, (a, b) in enumerate(zip(one, other, strict=False)) if a != b]
    if len(one) != len(other) or len(apart) != 2 or apart[1] != apart[0] + 1:
        return False
    first, second = apart
    return one[first] == other[second] and one[second] == other[first]
