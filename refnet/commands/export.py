"""`refnet export`: canonical files as the import tool of Neo4j takes them, or the graph as Spark does."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from refnet.commands import spark
from refnet.commands.persons import person as hand_over
from refnet.commands.shared import Json, print_json
from refnet.core.errors import UsageError
from refnet.core.progress import Console
from refnet.core.settings import load_settings


def export(
    directory: Annotated[
        Path | None, typer.Argument(metavar="[DIR]", help="Where to; missing or empty.")
    ] = None,
    target: Annotated[str | None, typer.Option("--for", help="What it is for: neo4j-admin, spark.")] = None,
    source: Annotated[
        Path | None, typer.Option("--from", help="Directory of canonical files, or one of them.")
    ] = None,
    gzip: Annotated[bool, typer.Option("--gzip", help="Pack the files (.csv.gz).")] = False,
    rejects: Annotated[
        Path | None,
        typer.Option(help="Directory for rows that are not taken; default: rejects/ in REFNET_HOME."),
    ] = None,
    as_json: Json = False,
    person: Annotated[
        str | None, typer.Option(help="Instead: all that is held about this person, as `refnet person` does.")
    ] = None,
) -> None:
    """Write canonical files as `neo4j-admin database import full` reads them, for a very large first load.

    They are read, checked and refused as `refnet load` does. It prints the command that imports them into an empty
    database of a server that is stopped; `refnet load --imported` then makes constraints and gives credit.

    For Spark: what is in the graph, as parquet that `refnet analyze --engine spark` reads.
    """
    if person is not None:
        if directory or target or source:
            raise UsageError("--person goes by itself.", "Such as: refnet export --person c-0000001")
        hand_over(person)
        return
    if directory is None or target is None:
        such = "spark DIR" if target == "spark" else "neo4j-admin DIR --from exports"
        raise UsageError("Say where to and what for, or --person.", f"Such as: refnet export --for {such}")
    if target == "spark":
        if source or gzip:
            raise UsageError("--for spark writes what is in the graph: --from and --gzip are of neo4j-admin.")
        spark.export(directory, as_json=as_json)
        return
    if target != "neo4j-admin":
        raise UsageError(f"--for is neo4j-admin or spark, not {target}.")
    if source is None:
        raise UsageError("Say where the canonical files are.", "Such as: --from exports")
    from refnet.loaders.bulk import export as export_files

    made = export_files(
        source, directory, gzip=gzip, rejects=rejects, settings=load_settings(), reporter=Console()
    )
    if as_json:
        print_json(made.to_dict())
        return
    typer.echo(made.told("written"))
    typer.echo(
        f"{made.nodes:,} nodes and {made.relationships:,} relationships are in {made.directory}\n\n"
        "With the server stopped and its database not there yet (if it has been started before, add\n"
        f"--overwrite-destination, which deletes what is there):\n\n    {made.command}\n\n"
        "Then start it and, with NEO4J_URI set:\n\n    refnet load --imported\n    refnet analyze"
    )
