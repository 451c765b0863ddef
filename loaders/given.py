"""Given: whatever somebody asks to be loaded, as files and tables with their headers read.

All of it before the first row is written, so that a wrong file leaves the graph as it was.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from refnet.core.errors import InputError, UsageError
from refnet.core.progress import Quiet, Reporter
from refnet.core.settings import load_settings
from refnet.loaders import databases, remote
from refnet.loaders.aside import Aside
from refnet.loaders.databases import Relation
from refnet.loaders.frames import NETWORK, opened_frames
from refnet.loaders.headers import (
    Source,
    checked,
    in_order,
    of_directory,
    of_file,
    of_kept,
    table_of,
    table_or_source,
)
from refnet.loaders.schemas import TABLES
from refnet.loaders.sources.catalogue import Catalogue

if TYPE_CHECKING:
    from sqlalchemy import Engine

Given: TypeAlias = Path | str | Sequence[Path | str] | Mapping[str, Any]
"""Paths and addresses; or by name of a table: frames, and tables and queries of a database."""

Database: TypeAlias = "str | Engine | None"


def sources(
    source: Given,
    catalogue: Catalogue | None = None,
    named: str | None = None,
    *,
    database: Database = None,
    aside: Aside | None = None,
    reporter: Reporter | None = None,
) -> tuple[list[Source], list[str]]:
    """What is to be loaded, in the order of loading, and what a person should look at.

    Args:
        source: files and directories; addresses that fsspec knows; or by table: frames, and with a database tables
            and queries of it, these also by the name of a source.
        catalogue: the sources whose exports are recognised; unset: as the environment says.
        named: the source that all files and queries are of; unset: each by its name, if that is a table's, else by its
            header.
        database: the address or engine that tables and queries are of.
        aside: where to keep what is no file here; unset: for as long as the sources are held.
        reporter: told of what is fetched.

    Raises:
        InputError: nothing there, a file that cannot be read, columns that are wrong; one line, names the file.
        UsageError: a table, file or source by a name that is none of ours.
    """
    catalogue = catalogue or Catalogue(load_settings())
    aside, reporter = aside or Aside(), reporter or Quiet()
    if isinstance(source, Mapping):
        return _by_name(source, catalogue, named, database, aside, reporter)
    if database is not None:
        raise UsageError(
            "What is to be read of the database?",
            'Say it by table: {"orders": "SELECT …", "customers": "public.people"}.',
        )
    if hasattr(source, "columns"):
        raise UsageError("Of which table is the frame?", 'Say it: {"customers": frame, "referrals": …}.')
    found: list[Source] = []
    said: list[str] = []
    for each in [source] if isinstance(source, (Path, str)) else source:
        far = isinstance(each, str) and remote.is_address(each)
        path = remote.fetch(str(each), aside, reporter) if far else Path(each)
        if not path.exists():
            raise InputError("is not there.", file=path, hint="Give a directory of files, or one file.")
        these, told = (
            of_directory(path, catalogue, named) if path.is_dir() else of_file(path, catalogue, named)
        )
        found += these
        said += told
    if not found:
        raise InputError(
            "has no rows.",
            file=str(source) if isinstance(source, (Path, str)) else str(next(iter(source), "what is given")),
            hint="It is an answer without a record: load it with the pages that have some.",
        )
    return in_order(found), said


def _by_name(
    source: Mapping[str, Any],
    catalogue: Catalogue,
    named: str | None,
    database: Database,
    aside: Aside,
    reporter: Reporter,
) -> tuple[list[Source], list[str]]:
    if not source:
        raise UsageError("There is no table in it.", f"Give DataFrames by name, such as {', '.join(TABLES)}.")
    wanted = {name: what for name, what in source.items() if isinstance(what, (str, Relation))}
    if wanted and database is None:
        raise UsageError(
            f"{next(iter(wanted))} is a text: of which database?", "Give database=, its address or an engine."
        )
    if database is not None and not wanted:
        raise UsageError("Nothing is to be read of the database.", 'Such as {"orders": "SELECT …"}.')
    for name in source:
        if name not in wanted and name != NETWORK:
            table_of(name)
        if name in wanted and named is None:
            table_or_source(name, catalogue)
    found: list[Source] = []
    said: list[str] = []
    for name, frame in source.items():
        if name not in wanted:
            found += [
                checked(TABLES[table], each) for table, each in opened_frames(name, frame, aside).items()
            ]
    if database is not None:
        relations = {n: databases.asked(w) if isinstance(w, str) else w for n, w in wanted.items()}
        for name, (path, called) in databases.fetch(database, relations, aside, reporter).items():
            these, told = of_kept(path, called, name, catalogue, named)
            found += these
            said += [each.replace(path.name, called) for each in told]
    return in_order(found), said
