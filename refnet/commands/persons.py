"""`refnet person` and `refnet erase`: the rights of the people whom the data is about."""

from __future__ import annotations

import getpass
import json
import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from refnet.commands.shared import Json, open_graph, print_json
from refnet.core.errors import InputError, UsageError
from refnet.core.progress import Console
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


def erase(
    asked: Annotated[str, typer.Argument(metavar="ID", help="Any id of theirs, or their email.")],
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask first.")] = False,
    by: Annotated[str | None, typer.Option(help="Who does it, for the record; default: your login.")] = None,
    why: Annotated[str | None, typer.Option(help="Why, for the record; not who.")] = None,
    as_json: Json = False,
) -> None:
    """Forget a person: what says who they were goes, what they count for stays. It cannot be undone.

    Their ids, emails, names, attributes, texts and tokens go; an anonymous customer with the same relationships,
    amounts and dates stays, so that the totals above it stay right. Files that still have them do not bring them back.
    """
    from refnet.front import erase as forget
    from refnet.loaders.persons import plan

    settings = load_settings()
    by = by or getpass.getuser()
    with open_graph(settings) as graph:
        found = plan(graph, asked, settings=settings)
        if not yes and not (found.again and not found.counts):
            if not sys.stdin.isatty():
                raise UsageError(
                    "Nobody is here to be asked.", "Add --yes to forget them without a question."
                )
            typer.echo(f"This goes, or is made anonymous, for good: {_listed(found.counts)}.", err=True)
            if not typer.confirm("Forget this person?", err=True):
                typer.echo("Nothing was changed.", err=True)
                raise typer.Exit(1)
        done = forget(graph, asked, by=by, why=why, settings=settings, reporter=Console())
    if as_json:
        print_json({"erasure_id": done.erasure_id, "at": done.at, "again": done.again, "counts": done.counts})
    elif done.erasure_id is None:
        typer.echo("They were forgotten before; nothing of theirs is left.")
    else:
        typer.echo(f"Forgotten: {_listed(done.counts)}. The record is {done.erasure_id}.")


def _listed(counts: dict[str, int]) -> str:
    return ", ".join(f"{name} {count:,}" for name, count in counts.items())


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
