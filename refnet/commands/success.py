"""`refnet health`, `success`, `landing-pages`, `candidates`: customer success on the command line."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, cast, get_args

import typer

from refnet.commands.shared import Json, need_customers, open_graph, print_json
from refnet.core.errors import InputError, UsageError
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
        need_customers(graph)
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
        need_customers(graph)
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
        need_customers(graph)
        found = landing_of(graph, settings, cast("tuple[Part, ...]", parts))
    _say(found, "landing_section", as_json)


def candidates(
    purpose: Annotated[
        str, typer.Option("--for", help="What they are invited to: affiliate, or case-study.")
    ] = "affiliate",
    limit: Annotated[int, typer.Option(help="At most so many.", min=1)] = 25,
    control: Annotated[
        str | None, typer.Option(help="Set a random part apart that is not invited: 10%.", metavar="P%")
    ] = None,
    seed: Annotated[int, typer.Option(help="The same seed gives the same control group.")] = 0,
    rank: Annotated[
        str, typer.Option(help="What comes first: points of the plain rule, or probability.")
    ] = "points",
    model: Annotated[
        bool, typer.Option("--model/--no-model", help="With a model of who refers (needs refnet[success]).")
    ] = True,
    model_file: Annotated[
        Path | None,
        typer.Option(
            help="Score by the model in this file; it is made and kept where there is none.", metavar="FILE"
        ),
    ] = None,
    csv: Annotated[
        Path | None, typer.Option("--csv", help="Write the list for a spreadsheet or a CRM.", metavar="FILE")
    ] = None,
    weights: Weights = None,
    as_json: Json = False,
) -> None:
    """Whom to invite as an affiliate or for a case study, with reasons; who is left out, and why.

    Who has not consented, is an affiliate, has open or many tickets or low surveys is left out. The model is trained by
    time, and tried on what came after, beside the plain rule. `--csv` has all who may be invited, with their group.
    """
    from refnet.analysis.success.candidates import Purpose, Rank, asked_rightly
    from refnet.analysis.success.graph import candidates_of, weights_in

    asked_rightly(purpose.replace("-", "_"), rank, _part(control))
    settings = load_settings()
    with open_graph(settings) as graph:
        need_customers(graph)
        found = candidates_of(
            graph,
            settings,
            purpose=cast("Purpose", purpose.replace("-", "_")),
            limit=limit if csv is None else 10**9,
            control=_part(control),
            seed=seed,
            rank=cast("Rank", rank),
            modelled=model,
            kept=model_file,
            weights=weights_in(settings, weights),
            reporter=Console(),
        )
    if csv is not None:
        _write_csv(csv, found)
        found = {name: rows[:limit] if isinstance(rows, list) else rows for name, rows in found.items()}
    _say(found, "candidates_section", as_json)


_COLUMNS = (
    "customer_id",
    "name",
    "score",
    "points",
    "probability",
    "consent",
    "group",
    "reasons",
    "health_version",
)


def _write_csv(path: Path, found: dict[str, Any]) -> None:
    """Everybody who may be invited, one a row."""
    from refnet.reporting.sheets import rows_as_csv

    rows = [
        [
            "; ".join(one["reasons"])
            if name == "reasons"
            else found["version"]
            if name == "health_version"
            else one[name]
            for name in _COLUMNS
        ]
        for one in found["candidates"]
    ]
    try:
        path.write_text(rows_as_csv(_COLUMNS, rows), encoding="utf-8")
    except OSError as error:
        raise InputError(
            f"cannot be written: {(error.strerror or str(error)).lower()}",
            file=path,
            hint="Write it elsewhere: --csv",
        ) from None
    Console().say(f"{path}: {len(rows):,} candidates")


def _part(text: str | None) -> float:
    """`10%` or 0.1 as a fraction."""
    if text is None:
        return 0.0
    try:
        return float(text.removesuffix("%")) / (100 if text.endswith("%") else 1)
    except ValueError:
        raise UsageError(f"--control cannot be {text}.", "Such as: --control 10%") from None


def _say(found: dict[str, Any], section: str, as_json: bool) -> None:
    if as_json:
        print_json(found)
        return
    from refnet.reporting import success as parts
    from refnet.reporting.printed import printed

    printed([getattr(parts, section)(found)], found["currency"])
