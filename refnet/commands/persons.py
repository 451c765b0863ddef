"""`refnet person` and `refnet erase`: the rights of the people whom the data is about."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Annotated

import typer

from refnet.commands.shared import open_graph
from refnet.core.errors import InputError
from refnet.core.settings import load_settings


def person(
    asked: Annotated[str, typer.Argument(metavar="ID", help="Any id of theirs, or their email.")],
    out: Annotated[
        Path | None, typer.Option(help="File to write, readable by its owner only; default: stdout.")
    ] = None,
) -> None:
    """Hand over everything that is held about one person, as one JSON document.

    All their ids and what was loaded under each, their orders, claims, invitations, tickets, surveys, usage, rewards,
    the affiliates that they are, what was worked out about them. Other people are in it by their ids only.
    """
    from refnet.loaders.persons import document

    with open_graph(load_settings()) as graph:
        told = json.dumps(document(graph, asked), indent=2, ensure_ascii=False, allow_nan=False)
    if out is None:
        typer.echo(told)
        return
    write_privately(out, told + "\n")
    typer.echo(f"written to {out}")


def write_privately(path: Path, text: str) -> None:
    """Write a file that only its owner may read, whoever could read one of that name before.

    Raises:
        InputError: it cannot be written.
    """
    part = path.with_name(f".{path.name}.part")
    try:
        part.unlink(missing_ok=True)
        with os.fdopen(
            os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8"
        ) as file:
            file.write(text)
        part.replace(path)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise InputError(
            f"it cannot be written: {error.strerror or error}.", file=path, hint="Give another file to --out."
        ) from None
