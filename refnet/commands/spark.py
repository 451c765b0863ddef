"""`refnet analyze --engine spark` and `refnet export --for spark`: by parquet, beyond one machine."""

from __future__ import annotations

from pathlib import Path

import typer

from refnet.commands.shared import open_graph, print_json, scoring
from refnet.core.errors import UsageError
from refnet.core.progress import Console
from refnet.core.settings import load_settings


def analyze(
    source: str | None,
    target: str | None,
    *,
    value: str,
    hops: str | None,
    decay: float | None,
    overwrite: bool,
    as_json: bool,
) -> None:
    """Score everybody in a directory of parquet, into another."""
    if source is None or target is None:
        raise UsageError(
            "Spark reads parquet and writes parquet: say --from and --to.",
            "`refnet export --for spark DIR` writes what is in the graph.",
        )
    settings, reporter = scoring(hops, decay), Console()
    from refnet.analysis.spark.run import analyze as analyze_all
    from refnet.analysis.spark.submit import question
    from refnet.analysis.spark.work import session

    asked = question(settings, value=value)
    with session(settings, reporter) as spark:
        summary = analyze_all(
            spark,
            source,
            target,
            asked,
            checkpoints=settings.spark_checkpoints,
            overwrite=overwrite,
            reporter=reporter,
        )
    if as_json:
        print_json(vars(summary))
        return
    typer.echo(
        f"{summary.customers:,} customers, {summary.affiliates:,} affiliates, {summary.credits:,} credited referrals; "
        f"longest chain {summary.longest_chain:,}; scores are in {target}"
    )
    for reason, count in summary.uncredited.items():
        typer.echo(f"  {count:>12,} claims without credit: {reason.replace('_', ' ')}")


def export(directory: Path, *, as_json: bool) -> None:
    """Write what is in the graph as parquet."""
    from refnet.analysis.spark.export import export as export_graph

    with open_graph(load_settings()) as graph:
        made = export_graph(graph, directory, reporter=Console())
    if as_json:
        print_json(vars(made))
        return
    typer.echo(
        f"{made.customers:,} customers, {made.affiliates:,} affiliates and {made.credits:,} credits "
        f"are in {made.directory}\n\n"
        f"    refnet analyze --engine spark --from {directory} --to scores"
    )
