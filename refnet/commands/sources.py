"""`refnet sources`: the exports of other systems that are recognised, and a mapping for one that is not."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from refnet.commands.shared import Json, print_json
from refnet.core.errors import InputError
from refnet.core.settings import load_settings

if TYPE_CHECKING:
    from refnet.loaders.sources.mapping import Mapping

app = typer.Typer(
    help="Exports of other systems that `refnet load` recognises by their headers.\n\n"
    "One of your own is a file NAME.toml in ./sources or in the directory REFNET_SOURCES: `refnet sources sketch FILE` "
    "writes one to start from."
)


@app.callback(invoke_without_command=True)
def sources(context: typer.Context, as_json: Json = False) -> None:
    """List them: name, what it is, the tables it gives."""
    if context.invoked_subcommand is not None:
        return
    from refnet.loaders.sources import Catalogue

    looked_at = list(Catalogue(load_settings()).each())
    found = [each for each in looked_at if not isinstance(each, InputError)]
    _warn(looked_at)
    if as_json:
        told = [
            {"name": m.name, "about": m.about, "tables": m.tables, "recognised_by": m.recognised_by}
            for m in found
        ]
        print_json(told)
        return
    width = max(len(m.name) for m in found)
    for m in found:
        typer.echo(f"{m.name:<{width}}  {m.about}")
        typer.echo(f"{'':<{width}}  gives {', '.join(m.tables)}")


def _warn(looked_at: Iterable[Mapping | InputError]) -> None:
    """Of mappings that are none: `refnet load` would stop at them."""
    for each in looked_at:
        if isinstance(each, InputError):
            typer.echo(f"warning: {each}", err=True)


@app.command()
def show(name: Annotated[str, typer.Argument(help="As `refnet sources` lists it.")]) -> None:
    """Print a source's mapping: which of its columns become which of ours."""
    from refnet.loaders.sources import Catalogue

    catalogue = Catalogue(load_settings())
    typer.echo(catalogue.text(name).strip())
    _warn(catalogue.each())


@app.command()
def sketch(
    file: Annotated[Path, typer.Argument(help="An export that is not recognised yet.")],
    table: Annotated[
        list[str] | None, typer.Option(help="A canonical table that it has rows of; guessed if not said.")
    ] = None,
) -> None:
    """Print a mapping to start from: guesses by the names of columns, comments say what to fill in.

    Save it as ./sources/NAME.toml, mend what is guessed wrongly, and load the file.
    """
    from refnet.loaders.sources.sketch import sketch as write

    typer.echo(write(file, table or []))
