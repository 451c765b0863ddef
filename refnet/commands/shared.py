"""What commands share."""

from __future__ import annotations

import json
from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from refnet.core.errors import NotFound, UsageError
from refnet.core.progress import Console
from refnet.core.settings import Settings, hops_of, load_settings

if TYPE_CHECKING:
    from refnet.graph import Graph

Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def print_json(value: Any) -> None:
    """A value as JSON on stdout; times as ISO text."""
    typer.echo(json.dumps(value, indent=2, ensure_ascii=False, default=_plain, allow_nan=False))


def _plain(value: Any) -> Any:
    """What json does not know: the driver's and Python's times, nodes and relationships."""
    if hasattr(value, "iso_format"):
        return value.iso_format()
    if isinstance(value, (date, datetime)):
        return value.isoformat()
    if hasattr(value, "items"):  # a node or a relationship
        return dict(value.items())
    if hasattr(value, "nodes"):  # a path
        return {"nodes": list(value.nodes), "relationships": list(value.relationships)}
    return str(value)


def open_graph(settings: Settings, *, fills: bool = False) -> Graph:
    """The graph that the settings name, with progress on stderr.

    Args:
        settings: where it is.
        fills: this is what a new graph is made for; any other command tells that it is new, and so empty.
    """
    from refnet.graph import connect, local

    if (
        not fills
        and not settings.neo4j_uri
        and not local.kept(settings.home)
        and not local.running(settings.home)
    ):
        Console().say(
            f"a new graph in {settings.home}, with nothing in it: is REFNET_HOME as it was for `refnet load`?"
        )
    return connect(settings=settings, reporter=Console())


def need_customers(graph: Graph) -> None:
    """Say at once that nothing is loaded, rather than what follows from it.

    Raises:
        NotFound: there are no customers.
    """
    if not len(graph.query("customers/by-id", prefix="", limit=1)):
        raise NotFound("There are no customers in this graph yet.", "`refnet load` brings them.")


def scoring(hops: str | None, decay: float | None) -> Settings:
    """The settings, with what --hops and --decay say, if they say anything.

    Raises:
        UsageError: one of them is out of range; or a setting that they do not replace.
    """
    if decay is not None and not 0 < decay <= 1:
        raise UsageError(f"--decay is {decay}: it must be above 0 and at most 1.")
    try:
        asked = None if hops is None else hops_of(hops)
    except ValueError:
        raise UsageError(f"--hops is a number or all, not {hops!r}.", "Numbers begin with 1.") from None
    return load_settings(hops=asked, decay=decay)
