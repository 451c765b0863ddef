"""`refnet load`: files into the graph, and what they hold before that."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from refnet.commands.shared import Json, open_graph, print_json
from refnet.core.errors import UsageError
from refnet.core.progress import Console
from refnet.core.settings import load_settings


def load(
    paths: Annotated[
        list[str] | None,
        typer.Argument(metavar="PATH...", help="Files and directories, in any mixture."),
    ] = None,
    source: Annotated[
        str | None,
        typer.Option(
            help="The source that the files are of, as `refnet sources` lists them; default: by their headers."
        ),
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
    mended, that is loaded like any other.
    """
    from refnet import front
    from refnet.terminal import uncredited_line

    if imported == bool(paths):
        raise UsageError("Give the PATH of what to load, or --imported.", "Such as: refnet load exports")
    if imported and (dry_run or max_rejects is not None):
        raise UsageError("--imported reads no file.", "--dry-run and --max-rejects are about files.")
    settings = load_settings()
    if dry_run:
        told = front.dry_run(
            paths or [],
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
        return
    with open_graph(settings) as graph:
        if imported:
            loaded, credit = front.adopt(graph, settings=settings, reporter=Console())
        else:
            loaded, credit = front.load(
                graph,
                paths or [],
                named=source,
                max_rejects=max_rejects,
                rejects=rejects,
                settings=settings,
                reporter=Console(),
            )
    if as_json:
        print_json([{"load": loaded.to_dict(), "credit": vars(credit)}])
        return
    if loaded.tables or loaded.waiting or loaded.warnings or loaded.identity.lines():
        typer.echo(str(loaded))
    if credit.claims:
        why = uncredited_line(credit.uncredited)
        typer.echo(
            f"{credit.credited:,} of {credit.claims:,} claims credited" + (f"; not: {why}" if why else "")
        )
