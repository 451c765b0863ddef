"""`refnet cltv`: what CLTV is made of, and its prediction."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from refnet.commands.shared import Json, open_graph, print_json
from refnet.core.errors import UsageError
from refnet.core.money import show
from refnet.core.progress import Console
from refnet.core.settings import load_settings

if TYPE_CHECKING:
    from refnet.analysis.cltv import Held, Prediction


def cltv(
    predict: Annotated[
        bool, typer.Option("--predict", help="Predict the CLTV of who has orders and no loaded CLTV.")
    ] = False,
    months: Annotated[int, typer.Option(help="Months that a prediction looks ahead.", min=1, max=60)] = 12,
    historic: Annotated[
        bool, typer.Option("--historic", help="Forget predictions: loaded CLTV, else the revenue so far.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Say where customers' CLTV comes from; predict it; or go back to what they have spent.

    A customer's CLTV is what was loaded, else predicted, else the revenue so far (cltvSource says which). Predicted is
    the revenue so far and what they are expected to spend in the months ahead (BG/NBD and Gamma-Gamma). It is tried on
    the last part of the graph's own orders first, and stays as it is, whatever is loaded, until predicted anew.
    """
    from refnet.front import forget_predicted_cltv, predict_cltv

    if predict and historic:
        raise UsageError("--predict and --historic contradict each other.", "Give one of them.")
    settings = load_settings()
    said: dict[str, Any] = {}
    with open_graph(settings) as graph:
        from refnet.analysis.cltv import held

        if predict:
            made = predict_cltv(graph, months=months, settings=settings, reporter=Console())
            said = {"prediction": vars(made)}
        elif historic:
            said = {"forgotten": forget_predicted_cltv(graph, settings=settings, reporter=Console())}
        now = held(graph, settings=settings)
    if as_json:
        print_json(said | {"cltv": _plain(now)})
        return
    if predict:
        typer.echo("\n".join(_told(made)))
    elif historic:
        typer.echo(f"{said['forgotten']:,} predictions forgotten")
    typer.echo("\n".join(_sources(now)))
    if said.get("forgotten") or (predict and made.predicted):
        typer.echo("`refnet analyze` brings quadrants and segments up to it.")


def _plain(now: Held) -> dict[str, Any]:
    return {
        "sources": [
            {"source": source, "customers": count, "mean": now.mean[source]}
            for source, count in now.customers.items()
        ],
        "currency": now.currency,
        "predicted_at": now.predicted_at,
        "predicted_to": now.predicted_to,
    }


def _sources(now: Held) -> list[str]:
    if not now.customers:
        return ["There are no customers in this graph yet: `refnet load` brings them."]
    lines = []
    for source, count in now.customers.items():
        words = {"historic": "historic (revenue so far)", None: "not known"}.get(source, str(source))
        line = f"CLTV {words}: {count:,} customers"
        if source is not None:
            line += f", {show(now.mean[source], now.currency)} on average"
        if source == "predicted" and now.predicted_at is not None:
            first, last = (at.date() for at in now.predicted_at)
            line += f", predicted on {first}" + (f" to {last}" if last != first else "")
            line += f", looking ahead to {now.predicted_to}"
        lines.append(line)
    return lines


def _told(made: Prediction) -> list[str]:
    if made.why is not None:
        return [made.why, "Nothing was predicted; CLTV is as it was."]
    lines = [
        f"{made.predicted:,} customers predicted for {made.months} months from {made.until} on: "
        f"{show(made.expected, made.currency)} expected in all, learnt from orders since {made.since}"
    ]
    if made.holdout is not None:
        lines += _trial(made.holdout, made.currency)
    return lines + [f"note: {note}" for note in made.notes]


def _trial(trial: dict[str, Any], currency: str) -> list[str]:
    bought, spent = trial["purchases"], trial["amount"]
    return [
        f"tried on the last {trial['weeks']:.1f} weeks, held out, {trial['customers']:,} customers:",
        f"  purchases  predicted {bought['predicted']:,.0f}, actual {bought['actual']:,.0f}"
        f"{_ratio(bought)}; each as often as so far would be {bought['as_so_far']:,.0f}",
        f"  amounts    predicted {show(spent['predicted'], currency)}, actual {show(spent['actual'], currency)}"
        f"{_ratio(spent)}",
        f"  a customer's purchases are {trial['error']:.2f} off on average, {trial['error_as_so_far']:.2f} if each "
        "went on as so far",
    ]


def _ratio(compared: dict[str, Any]) -> str:
    if compared["ratio"] is None:
        return ""
    low, high = compared["interval"]
    return f", {compared['ratio']:.2f} of it ({low:.2f} to {high:.2f})"
