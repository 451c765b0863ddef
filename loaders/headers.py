"""Headers: which files there are, which table each is, and whether its columns are the table's.

All of it before the first row is written, so that a wrong file leaves the graph as it was.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import pandas as pd

from refnet.core.errors import InputError, UsageError
from refnet.graph.model import RESERVED, camel
from refnet.loaders.files import ENDINGS, Chunk, Opened, ending, open_file, open_frame
from refnet.loaders.rows import Table
from refnet.loaders.schemas import TABLES

_NEAR = 0.85


@dataclass(frozen=True)
class Source:
    """A file or DataFrame that is to be loaded.

    Attributes:
        table: its schema; further columns are not yet in it.
        opened: its header and rows, the columns by their names without white space around.
        further: columns beyond the schema's, kept as attributes.
        warnings: what a person should look at.
    """

    table: Table
    opened: Opened
    further: tuple[str, ...]
    warnings: tuple[str, ...]


def sources(source: Path | Mapping[str, pd.DataFrame]) -> tuple[list[Source], list[str]]:
    """What is to be loaded, in the order of loading, and what a person should look at.

    Raises:
        InputError: nothing there, a file that cannot be read, columns that are wrong; one line, names the file.
        UsageError: a table or file by a name that is none of ours.
    """
    if isinstance(source, Mapping):
        if not source:
            raise UsageError(
                "There is no table in it.", f"Give DataFrames by name, such as {', '.join(TABLES)}."
            )
        found = {_table(name): open_frame(name, frame) for name, frame in source.items()}
        return _in_order(found), []
    if not source.exists():
        raise InputError("is not there.", file=source, hint="Give a directory of files, or one file.")
    if source.is_dir():
        return _directory(source)
    if not ending(source):
        raise UsageError(f"{source} is of no kind that is loaded.", f"It may end in {', '.join(ENDINGS)}.")
    return _in_order({_table(_stem(source)): open_file(source)}), []


def _stem(path: Path) -> str:
    return path.name[: len(path.name) - len(ending(path))].lower()


def _table(name: str) -> str:
    if name in TABLES:
        return name
    near = difflib.get_close_matches(name, TABLES, 1, cutoff=0.5)
    raise UsageError(
        f"There is no table {name!r}.",
        f"Did you mean {near[0]}?" if near else f"There are {', '.join(TABLES)}.",
    )


def _directory(directory: Path) -> tuple[list[Source], list[str]]:
    files: dict[str, Path] = {}
    passed_over = []
    try:
        entries = sorted(directory.iterdir())
    except PermissionError:
        raise InputError("may not be read.", file=directory, hint="Check its permissions.") from None
    for path in entries:
        if path.name.startswith(".") or path.name == "truth.json" or path.name.upper().startswith("README"):
            continue
        name = _stem(path) if path.is_file() and ending(path) else ""
        if name not in TABLES:
            passed_over.append(path)
        elif name in files:
            raise InputError(
                f"there is {files[name].name} too.",
                file=path,
                hint=f"Keep one of the two as the {name} to load.",
            )
        else:
            files[name] = path
    if not files:
        there = f"; it has {', '.join(p.name for p in passed_over[:5])}" if passed_over else ", it is empty"
        raise InputError(
            f"has no file that is loaded{there}.",
            file=directory,
            hint="Name them customers.csv, referrals.csv …; `refnet template DIR` writes them with their headers.",
        )
    said = []
    for path in passed_over:
        near = difflib.get_close_matches(_stem(path) if ending(path) else path.name, TABLES, 1, cutoff=0.7)
        said.append(
            f"{path.name} was passed over" + (f": did you mean {near[0]}{ending(path)}?" if near else "")
        )
    return _in_order({name: open_file(path) for name, path in files.items()}), said


def _in_order(found: Mapping[str, Opened]) -> list[Source]:
    return [_checked(TABLES[name], found[name]) for name in TABLES if name in found]


def _checked(table: Table, opened: Opened) -> Source:
    names = [name.strip() for name in opened.columns]
    opened = replace(opened, columns=names, chunks=partial(_renamed, opened, names))
    for place, name in enumerate(names, start=1):
        if not name:
            raise InputError(
                f"column {place} has no name.",
                file=opened.name,
                hint="Name it, or leave it out (pandas: index=False).",
            )
        if names.index(name) != place - 1:
            raise InputError("is there twice.", file=opened.name, column=name)
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
    return Source(table, opened, further, tuple(_look_at(table, opened.name, further)))


def _renamed(opened: Opened, names: list[str]) -> Iterator[Chunk]:
    for chunk in opened.chunks():
        chunk.frame.columns = pd.Index(names)
        yield chunk


def _look_at(table: Table, file: str, further: tuple[str, ...]) -> Iterator[str]:
    """Refuse further columns whose names are taken; warn of those that look like a known one misspelt."""
    taken = {column.property: column.name for column in table.columns}
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
        near = near or [k for k in known if k.split("_")[0] == name.lower().strip("_ ")][:1]
        if near:
            yield f"{Path(file).name}: column {name} is kept as an attribute; did you mean {near[0]}?"
