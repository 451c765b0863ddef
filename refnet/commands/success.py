"""`refnet health`, `success`, `landing-pages`, `candidates`: customer success on the command line."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, cast, get_args

import typer

from refnet.commands.shared import Json, open_graph, print_json
from refnet.core.errors import UsageError
from refnet.core.progress import Console
from refnet.core.settings import load_settings

Weights = Annotated[
    Path | None,
    typer.Option(
        "--weights",
        help="File of weights; else REFNET_HEALTH, else ./health.toml, else refnet's own.",
        metavar="FILE",
    ),
]


def health(
    ids: Annotated[
        list[str] | None,
        typer.Argument(metavar="[ID]...", help="Customers: each signal's part in their score."),
    ] = None,
    weights: Weights = None,
    template: Annotated[
        bool, typer.Option("--template", help="Print the weights as a file to change: > health.toml")
    ] = False,
    write: Annotated[
        bool, typer.Option("--write", help="Write the scores into the graph, for Neo4j Browser.")
    ] = False,
    top: Annotated[int, typer.Option(help="So many of the lowest and of the highest.", min=0, max=1000)] = 10,
    as_json: Json = False,
) -> None:
    """Health scores from weighted signals: everybody's in short, or of some with each signal's part.

    The weights are one file (`--template`): weight, direction, scale, what missing means. A score says which weights
    made it. NPS and CSAT count only where usage is known beside them.
    """
    from refnet.analysis.success.graph import health_of, weights_in
    from refnet.analysis.success.weights import template as template_of

    if template:
        if ids or write or weights:
            raise UsageError("--template goes by itself.", "Such as: refnet health --template > health.toml")
        typer.echo(template_of(), nl=False)
        return
    if write and ids:
        raise UsageError("--write writes everybody's score: it takes no ID.")
    settings = load_settings()
    chosen = weights_in(settings, weights)
    with open_graph(settings) as graph:
        if write:
            from refnet.front import write_health

            done = write_health(graph, weights=chosen, settings=settings, reporter=Console())
            if as_json:
                print_json(done)
                return
            typer.echo(
                f"{done['written']:,} scores written by {done['version']}, {done['removed']:,} taken away: "
                "refnet query success/health-scores"
            )
            return
        found = health_of(graph, ids or (), weights=chosen, lowest=top, reporter=Console())
    if as_json:
        print_json(found)
        return
    from refnet.reporting.printed import printed
    from refnet.reporting.success import health_section, one_health

    printed([one_health(one) for one in found["customers"]] if ids else [health_section(found)])


def success(
    by: Annotated[
        str, typer.Option(help="Who is successful: by health score, by label of the CRM, or by value (CLTV).")
    ] = "score",
    label: Annotated[
        list[str] | None,
        typer.Option(
            help="A health label that means success; may be given again. Else green, healthy, good."
        ),
    ] = None,
    segment: Annotated[
        str | None, typer.Option(help="Tell it again for each level of an attribute, such as plan.")
    ] = None,
    days: Annotated[
        int, typer.Option(help="First actions are those of so many days from joining.", min=1)
    ] = 60,
    weights: Weights = None,
    as_json: Json = False,
) -> None:
    """The successful: where they came from, what they have in common, which first actions set them apart.

    Lifts have 95 % intervals that keep trees of referrals together, and share one false-discovery rate.
    """
    from refnet.analysis.success.graph import success_of, weights_in
    from refnet.analysis.success.successful import GOOD, By

    if by not in get_args(By):
        raise UsageError(f"--by is one of {', '.join(get_args(By))}, not {by}.")
    if label and by != "label":
        raise UsageError("--label needs --by label.")
    settings = load_settings()
    with open_graph(settings) as graph:
        found = success_of(
            graph,
            settings,
            by=cast("By", by),
            labels=tuple(label) if label else GOOD,
            segment=segment,
            days=days,
            weights=weights_in(settings, weights),
            reporter=Console(),
        )
    _say(found, "successful_section", as_json)


def landing_pages(
    by: Annotated[
        list[str] | None,
        typer.Option(
            help="What cells are made of: page, affiliate, niche, use_case; may be given again. Else page, affiliate."
        ),
    ] = None,
    as_json: Json = False,
) -> None:
    """Landing pages by affiliate, niche and use case: visits, conversion, value, churn.

    Small cells are drawn to the middle of all (empirical Bayes): as they are and drawn, with a 95 % interval.
    """
    from refnet.analysis.success.graph import landing_of
    from refnet.analysis.success.landing import Part

    parts = tuple(one.replace("-", "_") for one in by or ()) or ("page", "affiliate")
    settings = load_settings()
    with open_graph(settings) as graph:
        found = landing_of(graph, settings, cast("tuple[Part, ...]", parts))
    _say(found, "landing_section", as_json)


def _say(found: dict[str, Any], section: str, as_json: bool) -> None:
    if as_json:
        print_json(found)
        return
    from refnet.reporting import success as parts
    from refnet.reporting.printed import printed

    printed([getattr(parts, section)(found)], found["currency"])
