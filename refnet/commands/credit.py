"""`refnet credit`: which claims are credited, decided anew by the policy that is set now."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from refnet.commands.shared import Json, open_graph, print_json
from refnet.core.progress import Console
from refnet.core.settings import Settings, load_settings

if TYPE_CHECKING:
    from refnet.analysis.credit import CreditSummary


def credit(as_json: Json = False) -> None:
    """Decide anew which claims are credited, by the policy that is set now; loads nothing.

    For another REFNET_CREDIT_POLICY, REFNET_CREDIT_WINDOW_DAYS or REFNET_CREDIT_HALF_LIFE_DAYS: the graph is then as if
    it had held from the start. `refnet load` decides by the same settings; `refnet analyze` brings scores up to it.
    """
    from refnet.front import decide_credit

    settings = load_settings()
    with open_graph(settings) as graph:
        made = decide_credit(graph, settings=settings, reporter=Console())
    if as_json:
        print_json({"policy": _policy(settings), "credit": vars(made)})
        return
    if not made.claims:
        typer.echo("There are no claims in this graph yet: `refnet load` brings them.")
        return
    typer.echo(", ".join(f"{name.replace('_', ' ')}: {value}" for name, value in _policy(settings).items()))
    typer.echo(credit_line(made))
    if made.changed:
        typer.echo("`refnet analyze` brings scores up to it.")
    else:
        typer.echo("Nothing has changed.")


def credit_line(made: CreditSummary) -> str:
    """What became of all claims, in one line."""
    from refnet.terminal.findings import uncredited_line

    why = uncredited_line(made.uncredited)
    return f"{made.credited:,} of {made.claims:,} claims credited" + (f"; not: {why}" if why else "")


def _policy(settings: Settings) -> dict[str, str | float]:
    """What is decided by."""
    said: dict[str, str | float] = {"policy": settings.credit_policy}
    if settings.credit_window_days is not None:
        said["window_days"] = settings.credit_window_days
    if settings.credit_policy == "time-decay":
        said["half_life_days"] = settings.credit_half_life_days
    return said
