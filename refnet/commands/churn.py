"""`refnet churn`: who might leave, and why; the model of it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from refnet.analysis.success.gaps import MULTIPLE
from refnet.commands.shared import Json, need_customers, open_graph, print_json
from refnet.core.errors import UsageError
from refnet.core.progress import Console
from refnet.core.settings import load_settings


def churn(
    ids: Annotated[
        list[str] | None, typer.Argument(metavar="[ID]...", help="Customers; none: those likeliest to leave.")
    ] = None,
    train: Annotated[
        bool, typer.Option("--train", help="Make a model of what is loaded, try it, and keep it.")
    ] = False,
    rule: Annotated[
        str,
        typer.Option(
            help="Train: what counts as leaving: recorded (churned_at), inactive (no order for too long), or auto: "
            "recorded where anybody has a churned_at."
        ),
    ] = "auto",
    gaps: Annotated[
        float,
        typer.Option(help="Train: inactive is no order for so many times the usual gap between orders."),
    ] = MULTIPLE,
    model: Annotated[
        Path | None,
        typer.Option(
            metavar="PATH", help="Directory or .json file of the model; else models/churn in REFNET_HOME."
        ),
    ] = None,
    limit: Annotated[int, typer.Option(help="How many to list.", min=1, max=100_000)] = 10,
    write: Annotated[
        bool,
        typer.Option(
            "--write",
            help="Write churnProbability, churnVersion and churnAt of everybody who is there to the graph.",
        ),
    ] = False,
    forget: Annotated[bool, typer.Option("--forget", help="Take what was written away again.")] = False,
    as_json: Json = False,
) -> None:
    """Who might leave within a month, and why.

    `refnet churn --train` makes the model: it learns from earlier months, is calibrated on a later one and tried on
    the last ones, beside the plain rule that who has not ordered for long leaves. What it was worth is printed, and
    kept with it. Where the data is too little there is no model, and that is said.
    """
    from refnet.analysis.success.churn import graph as work
    from refnet.analysis.success.churn.model import TooLittle
    from refnet.analysis.success.churn.score import score
    from refnet.front import forget_churn, write_churn
    from refnet.terminal.leaving import print_churn, print_model

    if forget and (train or write or ids):
        raise UsageError("--forget only takes away.", "Give it alone.")
    if not train and (rule != "auto" or gaps != MULTIPLE):
        raise UsageError("--rule and --gaps say how a model is made.", "Give --train with them.")
    settings, reporter = load_settings(), Console()
    with open_graph(settings) as graph:
        need_customers(graph)
        if forget:
            forgotten = forget_churn(graph, settings=settings, reporter=reporter)
            _say({"forgotten": forgotten}, f"{forgotten:,} probabilities forgotten", as_json)
            return
        if not train:
            chosen = work.kept(settings, model)  # before anything is read
        facts = work.facts_of(graph, reporter)
        told: dict[str, Any] = {}
        if train:
            made = work.make(facts, rule=rule, multiple=gaps, reporter=reporter)
            if isinstance(made, TooLittle):
                _say({"model": None, "why": made.why}, made.why, as_json)
                return
            told["kept_at"] = str(work.keep(made, settings, model))
            chosen = made
        scored = score(facts, chosen)
        rows = work.asked(graph, scored, ids) if ids else work.likeliest(scored, limit)
        told = {**work.summary(scored), **told}
        if write:
            told["written"] = write_churn(graph, scored, settings=settings, reporter=reporter)
    if as_json:
        print_json({**told, "items": rows})
        return
    if train:
        print_model(told["model"], told["kept_at"])
    print_churn(told, rows, every=not ids)


def exposure(
    ids: Annotated[
        list[str] | None,
        typer.Argument(metavar="[ID]...", help="Customers; none: those with the most exposure."),
    ] = None,
    model: Annotated[
        Path | None,
        typer.Option(
            metavar="PATH", help="Directory or .json file of the churn model; else that in REFNET_HOME."
        ),
    ] = None,
    limit: Annotated[int, typer.Option(help="How many to list.", min=1, max=100_000)] = 10,
    as_json: Json = False,
) -> None:
    """What it would cost to lose a referrer: what hangs below them, times how likely they are to leave.

    What hangs below is what those below who are still there spent in the last twelve months. The exposure is all of
    it; beside it stands the part that goes by what was measured: how much more often customers leave after their
    referrer has left (an association, not an effect). It needs the model of `refnet churn --train`.
    """
    from refnet.analysis.currency import currency_of
    from refnet.analysis.success import exposure as work
    from refnet.analysis.success.churn import graph as churns
    from refnet.analysis.success.churn.score import score
    from refnet.terminal.leaving import print_exposure

    settings, reporter = load_settings(), Console()
    with open_graph(settings) as graph:
        need_customers(graph)
        chosen = churns.kept(settings, model)
        scored = score(churns.facts_of(graph, reporter), chosen)
        found = work.exposure(scored)
        if ids:
            rows = work.told(scored, found, churns.numbers(graph, scored, ids))
        else:
            rows = work.largest(scored, found, limit)
        told = {**work.summary(scored, found), "currency": currency_of(graph, settings)}
    if as_json:
        print_json({**told, "items": rows})
        return
    print_exposure(told, rows)


def _say(value: dict[str, Any], line: str, as_json: bool) -> None:
    if as_json:
        print_json(value)
    else:
        typer.echo(line)
