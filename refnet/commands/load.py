"""`refnet load`: files into the graph, and what they hold before that."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from refnet.commands.credit import credit_line
from refnet.commands.shared import Json, open_graph, print_json
from refnet.core.errors import InputError, UsageError
from refnet.core.progress import Console
from refnet.core.settings import load_settings

if TYPE_CHECKING:
    from refnet.loaders import LoadSummary
    from refnet.loaders.databases import Relation
    from refnet.loaders.removing import Missing


def load(
    paths: Annotated[
        list[str] | None,
        typer.Argument(metavar="PATH...", help="Files and directories, in any mixture; or a database."),
    ] = None,
    source: Annotated[
        str | None,
        typer.Option(
            help="The source that the files are of, as `refnet sources` lists them; default: by their headers."
        ),
    ] = None,
    table: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME=TABLE",
            help="A table or view of the database, loaded as NAME: orders=public.orders.",
        ),
    ] = None,
    query: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME=SELECT", help="A query of the database, loaded as NAME, likewise."),
    ] = None,
    dry_run: Annotated[
        bool,
        typer.Option(
            "--dry-run",
            help="Read and check all of it, tell what each column holds, and load nothing: no graph needed.",
        ),
    ] = False,
    max_rejects: Annotated[
        str | None,
        typer.Option(
            metavar="N|P%",
            help="Load nothing if more rows of one file than that are refused: a number or a share.",
        ),
    ] = None,
    replace: Annotated[
        bool,
        typer.Option(
            "--replace",
            help="These are complete exports: what they no longer have is removed; listed first, and asked for.",
        ),
    ] = False,
    yes: Annotated[
        bool,
        typer.Option("--yes", help="With --replace: do not ask, and remove even more than half of a table."),
    ] = False,
    rejects: Annotated[
        Path | None,
        typer.Option(help="Directory for rows that are not taken; default: rejects/ in REFNET_HOME."),
    ] = None,
    imported: Annotated[
        bool,
        typer.Option(
            "--imported",
            help="Read nothing: make a graph whole that neo4j-admin has filled (`refnet export --for neo4j-admin`).",
        ),
    ] = False,
    as_json: Json = False,
) -> None:
    """Load customers, affiliates, referrals and the rest; then decide which claims are credited.

    Canonical files are recognised by name (customers.csv, referrals.parquet, …: `refnet template DIR` writes them
    empty), exports of other systems by their headers (`refnet sources` lists them). Loading the same again changes
    nothing. Rows that cannot be taken are written to a rejects file with the reason, and as they are to a second one:
    mended, that is loaded like any other. A database is given by its address, as SQLAlchemy writes it, with --table and
    --query: NAME is a table of refnet's, or a source that the columns are of.
    """
    from refnet import front

    if imported == bool(paths):
        raise UsageError("Give the PATH of what to load, or --imported.", "Such as: refnet load exports")
    if imported and (dry_run or replace or max_rejects is not None):
        raise UsageError(
            "--imported reads no file.", "--dry-run, --max-rejects and --replace are about files."
        )
    if yes and not replace:
        raise UsageError("--yes says that --replace may remove.", "Add --replace, or leave it out.")
    if dry_run and replace:
        raise UsageError(
            "--dry-run looks at no graph: what --replace would remove is not known without one.",
            "--replace alone lists that, and asks before it loads or removes anything.",
        )
    database, given = _of_database(paths or [], table or [], query or [])
    settings = load_settings()
    if dry_run:
        told = front.dry_run(
            given,
            database=database,
            named=source,
            max_rejects=max_rejects,
            rejects=rejects,
            settings=settings,
            reporter=Console(),
        )
        if as_json:
            print_json([{"dry_run": told.to_dict()}])
        else:
            typer.echo(told.told("would be loaded"))
            typer.echo(f"Nothing was loaded. Amounts were read as {told.currency}.")
        _refuse_if_all_were(told, "Nothing would be loaded")
        return
    with open_graph(settings, fills=True) as graph:
        if imported:
            loaded, credit = front.adopt(graph, settings=settings, reporter=Console())
        else:
            loaded, credit = front.load(
                graph,
                given,
                database=database,
                named=source,
                max_rejects=max_rejects,
                replace=replace,
                yes=yes,
                ask=partial(_ask, yes=yes),
                rejects=rejects,
                settings=settings,
                reporter=Console(),
            )
    if as_json:
        print_json([{"load": loaded.to_dict(), "credit": vars(credit)}])
        _refuse_if_all_were(loaded, "Nothing was loaded")
        return
    if loaded.tables or loaded.deleted or loaded.waiting or loaded.warnings or loaded.identity.lines():
        typer.echo(str(loaded))
    if credit.claims:
        typer.echo(credit_line(credit))
    if any(table.rows_loaded for table in loaded.tables) or loaded.deleted:
        typer.echo("`refnet analyze` brings scores and findings up to date.")
    _refuse_if_all_were(loaded, "Nothing was loaded")


def _refuse_if_all_were(told: LoadSummary, said: str) -> None:
    """A load that has taken no row and refused some has failed; files without rows, or with known ones, have not.

    Raises:
        InputError: it was so.
    """
    if not told.rows_rejected or any(table.rows_loaded for table in told.tables):
        return
    why = next(table.rejects_file for table in told.tables if table.rows_rejected)
    raise InputError(
        f"{said}: all rows were refused ({told.rows_rejected:,}).", hint=f"Why is in {why}: mend the file."
    )


def _ask(missing: Sequence[Missing], *, yes: bool) -> None:
    """Tell what would be removed, and ask whoever is there."""
    typer.echo("No longer in what is loaded, and to be removed:", err=True)
    for each in missing:
        typer.echo(f"  {each}", err=True)
    if yes or any(each.most for each in missing):
        return  # without a question; or refused, with what to do
    if not sys.stdin.isatty():
        raise UsageError(
            "Nobody is here to be asked. Nothing was loaded and nothing removed.",
            "Look at the list; if they shall go, add --yes.",
        )
    if not typer.confirm("Remove them?", err=True):
        typer.echo("Nothing was loaded and nothing removed.", err=True)
        raise typer.Exit(1)


def _of_database(
    paths: list[str], tables: list[str], queries: list[str]
) -> tuple[str | None, list[str] | dict[str, str | Relation]]:
    """The database and what is wanted of it by name; or no database, and paths."""
    if not tables and not queries:
        return None, paths
    from refnet.loaders.databases import Relation

    # What was given instead is not repeated: it may have a password in it.
    if len(paths) != 1 or "://" not in paths[0]:
        raise UsageError(
            "--table and --query are of one database: give its address, and no other PATH.",
            "Such as: refnet load postgresql+pg8000://user:password@host/shop --table orders=public.orders",
        )
    wanted: dict[str, str | Relation] = {}
    for option, given in [*(("--table", each) for each in tables), *(("--query", each) for each in queries)]:
        name, _, what = (part.strip() for part in given.partition("="))
        if not name or not what:
            raise UsageError(f"{option} {given!r} is no NAME=….", f"Such as: {option} orders=public.orders")
        if name in wanted:
            raise UsageError(
                f"{name} is asked for twice.", "Make one query of the two (UNION ALL), or load twice."
            )
        # With white space in it a text is a query, whatever else it says.
        wanted[name] = Relation(what) if option == "--table" else f"{what}\n"
    return paths[0], wanted
