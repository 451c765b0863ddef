"""`refnet engine`: the local engine, started, found and stopped."""

from __future__ import annotations

from typing import Annotated

import typer

from refnet.commands.shared import Json
from refnet.core.progress import Console
from refnet.core.settings import load_settings

app = typer.Typer(no_args_is_help=True, help="The local engine: embedded, or a real Neo4j.")


@app.command("start")
def start(
    neo4j: Annotated[
        bool, typer.Option("--neo4j", help="A real Neo4j Community, fetched when first started.")
    ] = False,
    idle_minutes: Annotated[
        float | None, typer.Option(help="Stop after so long without a client; 0: never.", min=0)
    ] = None,
    as_json: Json = False,
) -> None:
    """Start the local engine, or say where it already runs."""
    from refnet.graph import local
    from refnet.terminal.shown import print_engine

    settings = load_settings()
    idle = settings.engine_idle_minutes if idle_minutes is None else idle_minutes or None
    running = local.start(
        settings.home,
        "neo4j" if neo4j else "embedded",
        heap=settings.engine_heap,
        idle_minutes=idle,
        query_minutes=settings.engine_query_minutes,
        reporter=Console(),
    )
    print_engine(running, as_json=as_json)


@app.command("status")
def status(as_json: Json = False) -> None:
    """Say whether the local engine runs, and where."""
    from refnet.graph import local
    from refnet.terminal.shown import print_engine

    print_engine(local.running(load_settings().home), as_json=as_json)


@app.command("stop")
def stop() -> None:
    """Stop the local engine; its graph stays on disk."""
    from refnet.graph import local

    home = load_settings().home
    typer.echo("stopped" if local.stop(home) else f"no engine runs in {home}")
