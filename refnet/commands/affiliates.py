"""`refnet affiliates`: scorecards and verdicts; `refnet what-if`: another commission, replayed on the history."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, get_args

import typer

from refnet.commands.shared import Json, need_customers, open_graph, print_json
from refnet.core.errors import UsageError
from refnet.core.progress import Console
from refnet.core.settings import load_settings

Target = Annotated[
    float,
    typer.Option(
        help="What each unit of commission has to bring in margin: declared, for the verdict.", min=1
    ),
]
Young = Annotated[
    float,
    typer.Option(help="No verdict where half of the customers joined less than so many months ago.", min=0),
]


def affiliates(
    ids: Annotated[
        list[str] | None, typer.Argument(metavar="[ID]...", help="Affiliates, such as a-001.")
    ] = None,
    by: Annotated[
        str | None, typer.Option(help="Programmes, niches or months of joining: programme, niche, month.")
    ] = None,
    target: Target = 3.0,
    young: Young = 6.0,
    as_json: Json = False,
) -> None:
    """Scorecards: whom affiliates brought, what it cost, whether those stay, and a verdict: keep, renegotiate or stop.

    With an ID the whole of it, next to the organic customers (whom nobody brought) who joined in the same months. The
    verdict is by return: what customers have been worth so far, in margin, for each unit of commission.
    """
    from refnet.analysis.currency import currency_of
    from refnet.analysis.success.affiliates import By, Declared, affiliates, some_of
    from refnet.commands.affiliates_shown import print_card, print_cards

    if by is not None and by not in get_args(By)[1:]:
        raise UsageError(f"--by is {', '.join(get_args(By)[1:])}, not {by}.")
    if by is not None and ids:
        raise UsageError("--by is of all affiliates: it goes with no ID.")
    declared = Declared(target, young)
    settings = load_settings()
    with open_graph(settings) as graph, Console().stage("affiliates") as progress:
        need_customers(graph)
        found = affiliates(graph, by=by or "affiliate", declared=declared, progress=progress)  # type: ignore[arg-type]
        currency = currency_of(graph, settings)
    if ids:
        found |= {"affiliates": some_of(found, ids)}
    if as_json:
        print_json({**found, "currency": currency})
    elif ids:
        for one in found["affiliates"]:
            print_card(one, found, currency)
    else:
        print_cards(found, currency)


def what_if(
    file: Annotated[
        Path | None,
        typer.Argument(metavar="[FILE]", help="A TOML file of the same names; flags go before it."),
    ] = None,
    rate: Annotated[
        str | None, typer.Option(help="Of each order: 0.1 is 10 %; own: each affiliate's.")
    ] = None,
    fixed: Annotated[str | None, typer.Option(help="For each new customer; own: each affiliate's.")] = None,
    months: Annotated[
        float | None, typer.Option(help="The rate is paid for so many months from joining.")
    ] = None,
    cap: Annotated[float | None, typer.Option(help="At most so much.")] = None,
    cap_per: Annotated[
        str | None, typer.Option(help="What the cap is of: order, customer, month (of an affiliate).")
    ] = None,
    hold_days: Annotated[
        float | None, typer.Option(help="Commission is kept back so long, and refunds claw it back.")
    ] = None,
    override: Annotated[
        float | None, typer.Option(help="Of what affiliates directly below earn, for the one above.")
    ] = None,
    target: Target = 3.0,
    young: Young = 6.0,
    as_json: Json = False,
) -> None:
    """Another commission, replayed on the orders as they were: per affiliate and in all, beside what was paid.

    A file has the names of the flags, and `[[tiers]]` with from, rate and fixed; docs/success.md has one. Customers and
    affiliates are taken to have done as they did.
    """
    from refnet.analysis.currency import currency_of
    from refnet.analysis.success.affiliates import Declared, facts_of
    from refnet.analysis.success.affiliates.replay import what_if
    from refnet.analysis.success.affiliates.structure import given_in, structure_of
    from refnet.commands.affiliates_shown import print_what_if

    flags: dict[str, Any] = {
        "rate": _terms("--rate", rate), "fixed": _terms("--fixed", fixed), "months": months, "cap": cap,
        "cap_per": cap_per, "hold_days": hold_days, "override": override,
    }  # fmt: skip
    told = {name: value for name, value in flags.items() if value is not None}
    if file is None and not told:
        raise UsageError("What if what?", "Give a file, or flags such as --rate 0.1 --months 12.")
    structure = structure_of({**(given_in(file) if file else {}), **told})
    declared = Declared(target, young)
    settings = load_settings()
    with open_graph(settings) as graph, Console().stage("affiliates") as progress:
        need_customers(graph)
        currency = currency_of(graph, settings)
        found = what_if(facts_of(graph, progress), structure, currency=currency, declared=declared)
    if as_json:
        print_json({**found, "currency": currency})
    else:
        print_what_if(found, currency)


def _terms(flag: str, given: str | None) -> float | str | None:
    if given is None or given == "own":
        return given
    try:
        return float(given)
    except ValueError:
        raise UsageError(f"{flag} is a number or own, not {given}.") from None
