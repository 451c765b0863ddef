"""`refnet influence`: parquet files in, one out, and no graph."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from refnet.commands.shared import Json, print_json, scoring
from refnet.core.errors import UsageError


def influence(
    customers: Annotated[Path, typer.Argument(help="Parquet with customer_id and what they are worth.")],
    referrals: Annotated[
        Path, typer.Argument(help="Parquet with referrer_id, referee_id, perhaps credit and referred_at.")
    ],
    output: Annotated[
        Path,
        typer.Option(
            "--output", "-o", help="Parquet to write: customer_id, influence, and what --also names."
        ),
    ],
    value: Annotated[
        str, typer.Option(help="The column of customers that is summed; heads: everyone counts 1.")
    ] = "revenue",
    hops: Annotated[str | None, typer.Option(help="Hops that count, or all; unset: REFNET_HOPS.")] = None,
    decay: Annotated[
        float | None, typer.Option(help="What each further hop is multiplied by; unset: REFNET_DECAY.")
    ] = None,
    also: Annotated[
        list[str] | None,
        typer.Option(
            help="A further column, again and again: ecr_direct, ecr_network (own value and that one hop or all hops "
            "below), conserved_credit (sums to all value; by --decay), downline (distinct people below), longest_chain."
        ),
    ] = None,
    drop: Annotated[
        bool, typer.Option("--drop", help="Leave out and count referrals that cannot be credited.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Influence of everyone from parquet to parquet: no graph, no engine, tens of millions of customers.

    Without --drop a referral of nobody known, to oneself, a second one of a customer, or one on a cycle is an error.
    Messages count rows from 0, as pandas does.
    """
    from refnet.analysis.influence import measures
    from refnet.analysis.influence.table import influence_table

    settings = scoring(hops, decay)
    if output.resolve() in (customers.resolve(), referrals.resolve()):
        raise UsageError(f"{output} is what is read.", "Write to another file.")
    measure = measures.Measure(
        None if value == "heads" else value,
        hops=settings.most_hops,
        decay=settings.decay,
    )
    further = {
        "ecr_direct": lambda: measures.ecr_direct(measure.value),
        "ecr_network": lambda: measures.ecr_network(measure.value),
        "conserved_credit": lambda: measures.Measure(
            measure.value, None, measure.decay, kind="conserved_credit"
        ),
        "downline": measures.downline,
        "longest_chain": measures.longest_chain,
    }
    for name in also or ():
        if name not in further:
            raise UsageError(f"--also is one of {', '.join(further)}, not {name}.")
    asked = {"influence": measure} | {name: further[name]() for name in also or ()}
    scored = influence_table(customers, referrals, asked, drop=drop, currency=settings.currency or "EUR")
    scored.write(output)
    if as_json:
        print_json(
            {
                "customers": scored.table.num_rows,
                "dropped": scored.dropped,
                **measure._asdict(),
                "columns": list(asked),
            }
        )
        return
    typer.echo(f"{output}: {scored.table.num_rows:,} customers")
    for reason, count in scored.dropped.items():
        typer.echo(f"left out: {count:,} referrals, {reason}")
