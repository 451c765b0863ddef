"""The command line: `refnet --help`."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from refnet.commands import (
    affiliates,
    churn,
    cltv,
    credit,
    engine,
    export,
    influence,
    load,
    persons,
    report,
    segments,
    sources,
    spark,
    success,
)
from refnet.commands.shared import Json, open_graph, print_json, scoring
from refnet.core.errors import NotFound, RefnetError, UsageError
from refnet.core.progress import Console
from refnet.core.settings import load_settings

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="markdown",
    context_settings={"help_option_names": ["-h", "--help"]},
    help="Who brings the customers: loads customers, affiliates and referrals into Neo4j, computes multi-hop referral "
    "influence, and finds the customers who buy little and bring much.\n\n"
    "Where the graph is: `NEO4J_URI`, `NEO4J_USERNAME`, `NEO4J_PASSWORD`, `NEO4J_DATABASE` in the environment or in "
    ".env; unset, an embedded engine keeps it in `REFNET_HOME` (./.refnet).",
)
app.add_typer(engine.app, name="engine")
app.add_typer(sources.app, name="sources")


def main() -> None:
    """Run the command line; what a person can mend is told without a traceback."""
    try:
        app()
    except RefnetError as error:
        typer.echo(f"refnet: {error.message}", err=True)
        if error.hint:
            typer.echo(f"        {error.hint}", err=True)
        sys.exit(error.exit_code)
    except (KeyboardInterrupt, SystemExit) as ended:  # typer makes the one the other
        if isinstance(ended, SystemExit) and ended.code != 128 + signal.SIGINT:
            raise
        typer.echo("refnet: stopped. Nothing is half there; the same command does the rest.", err=True)
        sys.exit(128 + signal.SIGINT)
    except BrokenPipeError:  # `refnet queries | head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)


@app.command()
def demo(
    neo4j: Annotated[
        bool, typer.Option("--neo4j", help="On a real Neo4j Community server, with Neo4j Browser.")
    ] = False,
    serve: Annotated[bool, typer.Option(help="Serve the page and the API after the findings.")] = True,
    customers: Annotated[int, typer.Option(help="Size of the example brand.", min=200)] = 20_000,
) -> None:
    """Load the example brand, analyze it, and show what it finds.

    Keeps its graph in a store of its own, whatever NEO4J_URI says; a second run finds it there.
    """
    from refnet.demo import run

    run(kind="neo4j" if neo4j else "embedded", stay=serve, customers=customers, settings=load_settings())


app.command("load")(load.load)
app.command("credit")(credit.credit)


@app.command()
def analyze(
    engine: Annotated[
        str, typer.Option(help="arrays, from graph to graph; spark, from parquet to parquet.")
    ] = "arrays",
    source: Annotated[
        str | None, typer.Option("--from", metavar="DIR", help="spark: directory of parquet files.")
    ] = None,
    target: Annotated[
        str | None, typer.Option("--to", metavar="DIR", help="spark: where the scores go.")
    ] = None,
    value: Annotated[str, typer.Option(help="spark: revenue, margin, cltv or heads.")] = "revenue",
    hops: Annotated[
        str | None,
        typer.Option(help="Hops that influence counts in this analysis, or all; unset: REFNET_HOPS."),
    ] = None,
    decay: Annotated[
        float | None,
        typer.Option(help="What each further hop is multiplied by in it, above 0 to 1; unset: REFNET_DECAY."),
    ] = None,
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help="spark: replace scores that are there.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Score every customer and affiliate, and write the scores that have changed.

    With --engine spark: those in a directory of parquet, into another; for what one machine does not hold.
    """
    if engine == "spark":
        spark.analyze(
            source, target, value=value, hops=hops, decay=decay, overwrite=overwrite, as_json=as_json
        )
        return
    if engine != "arrays":
        raise UsageError(f"--engine is arrays or spark, not {engine}.")
    if source or target or overwrite or value != "revenue":
        raise UsageError(
            "--from, --to, --value and --overwrite are of --engine spark.",
            "The scores in a graph are of revenue.",
        )
    from refnet.front import analyze as analyze_all
    from refnet.terminal.forms import counted

    settings = scoring(hops, decay)
    with open_graph(settings) as graph:
        summary = analyze_all(graph, settings=settings, reporter=Console())
    if as_json:
        print_json(vars(summary))
        return
    if not summary.customers:
        typer.echo("There are no customers in this graph yet: `refnet load` brings them.")
        return
    typer.echo(
        f"analysis {summary.version}: {summary.customers:,} customers, {summary.affiliates:,} affiliates, "
        f"{summary.credits:,} credited referrals; {summary.changed:,} scores changed; "
        f"influence: {counted(summary.hops, summary.decay)}"
    )


app.command("cltv")(cltv.cltv)
app.command("churn")(churn.churn)
app.command("exposure")(churn.exposure)
app.command("influence")(influence.influence)
app.command("export")(export.export)
app.command("segments")(segments.segments)
app.command("affiliates")(affiliates.affiliates)
app.command("what-if")(affiliates.what_if)
app.command("person")(persons.person)
app.command("erase")(persons.erase)


@app.command()
def show(
    customer_id: Annotated[
        str, typer.Argument(metavar="ID", help="The customer's id, any of them; or their email.")
    ],
    hops: Annotated[str | None, typer.Option(help="Hops that influence counts, or all.")] = None,
    decay: Annotated[
        float | None, typer.Option(help="What each further hop is multiplied by, above 0 to 1.")
    ] = None,
    as_json: Json = False,
) -> None:
    """One customer: what they are worth by what they brought."""
    from refnet.analysis.influence.profile import of_email, profile
    from refnet.terminal.shown import print_profile

    settings = scoring(hops, decay)
    chosen = None if hops is None else settings.hops
    with open_graph(settings) as graph:
        try:
            found = profile(graph, customer_id, hops=chosen, decay=decay, settings=settings)
        except NotFound:
            if "@" not in customer_id or customer_id.startswith("email:"):
                raise
            own_id = of_email(graph, customer_id)
            found = profile(graph, own_id, hops=chosen, decay=decay, settings=settings)
    if as_json:
        print_json(found)
    else:
        print_profile(found, asked=customer_id)


app.command("health")(success.health)
app.command("success")(success.success)
app.command("landing-pages")(success.landing_pages)
app.command("candidates")(success.candidates)
app.command("report")(report.report)


@app.command()
def query(
    name: Annotated[str, typer.Argument(help="As `refnet queries` lists it, such as tree/downline.")],
    parameters: Annotated[
        list[str] | None, typer.Argument(metavar="[NAME=VALUE]...", help="Its parameters.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Run one of the queries of cypher/: `refnet query tree/downline rootId=c-0000001 hops=3 limit=50`.

    Parameters that are not given have the value of their example in the query's file, ids excepted.
    """
    from refnet.graph import catalogue
    from refnet.terminal.shown import print_rows

    chosen = catalogue()[name]
    given: dict[str, Any] = {}
    for part in parameters or []:
        key, equals, value = part.partition("=")
        if not equals:
            name_of, example = next(iter(chosen.parameters.items()), ("hops", 6))
            raise UsageError(f"{part!r} is no NAME=VALUE.", f"Such as {name_of}={example}.")
        given[key] = chosen.typed(key, value)
    if chosen.mode == "write":
        raise UsageError(f"{name} writes: it is refnet's own.", "`refnet queries` lists those that read.")
    named = ("id", "ids")
    missing = {k: v for k, v in chosen.parameters.items() if k not in given and not k.lower().endswith(named)}
    with open_graph(load_settings()) as graph:
        answer = graph.query(name, **{**missing, **given})
        about = given.get("customerId", given.get("rootId"))
        if about is not None and not len(answer) and not len(graph.query("tree/root", rootId=about)):
            typer.echo(f"refnet: there is no customer {about}.", err=True)
    if as_json:
        print_json(list(answer))
    else:
        print_rows(answer.columns, answer.values)


@app.command()
def queries(
    name: Annotated[str | None, typer.Argument(help="Show this one's whole text.")] = None,
    as_json: Json = False,
) -> None:
    """List the queries by name, or show one as it runs in Neo4j Browser."""
    from refnet.graph import catalogue

    if name is not None:
        typer.echo(catalogue()[name].source.strip())
        return
    readable = [q for q in catalogue().values() if q.mode == "read"]
    if as_json:
        print_json([{"name": q.name, "title": q.title, "parameters": dict(q.parameters)} for q in readable])
        return
    width = max(len(q.name) for q in readable)
    for q in readable:
        typer.echo(f"{q.name:<{width}}  {q.title}")


@app.command()
def example(
    directory: Annotated[Path, typer.Argument(metavar="DIR", help="Where to; made if missing.")],
    customers: Annotated[int, typer.Option(help="How many customers.", min=200)] = 20_000,
    seed: Annotated[int, typer.Option(help="The same seed gives the same files.")] = 7,
    kind: Annotated[
        str,
        typer.Option(
            "--brand",
            help="meals, by subscription: every canonical file; or software, by the month: five of them, and customers "
            "leave by other mechanics.",
        ),
    ] = "meals",
) -> None:
    """Write the example brand: every canonical file over three years, and truth.json with what is planted in it."""
    from refnet.examples import brand, software_files

    brands = {"meals": brand.write, "software": software_files.write}
    if kind not in brands:
        raise UsageError(f"There is no example brand {kind}.", f"There are {' and '.join(brands)}.")
    brands[kind](directory, customers=customers, seed=seed, reporter=Console())
    typer.echo(f"{directory}: load it with `refnet load {directory}`")


@app.command()
def template(
    directory: Annotated[Path, typer.Argument(metavar="DIR", help="Where to; made if missing.")],
) -> None:
    """Write empty files with the headers that `refnet load` understands."""
    from refnet.loaders import write_templates

    for path in write_templates(directory):
        typer.echo(str(path))


@app.command("serve")
def serve_command(
    host: Annotated[
        str, typer.Option(help="Address to listen at; beyond this machine REFNET_API_KEYS is needed.")
    ] = "127.0.0.1",
    port: Annotated[
        int, typer.Option(help="Port to listen at; 0: any that is free.", min=0, max=65535)
    ] = 8321,
) -> None:
    """Serve the page and the API until Ctrl-C."""
    from refnet.api.serving import address_of, found_again, listen, serve
    from refnet.graph import local
    from refnet.graph.connection import resolve

    settings = load_settings()
    reporter = Console()
    with listen(host, port, settings) as taken:  # before an engine is started for nothing
        ran = settings.neo4j_uri is not None or local.running(settings.home) is not None
        at, engine = resolve(settings=settings, reporter=reporter)

        def ready() -> None:
            address = address_of(taken)
            reporter.say(f"Page      {address}/")
            reporter.say(f"API docs  {address}/docs")
            reporter.say(
                f"Bolt      {at.uri}" + ("   (`refnet engine status`: user, password)" if engine else "")
            )
            reporter.say("Ctrl-C ends it.")

        try:
            find = found_again(engine, settings.home, settings) if engine else None
            serve(taken, at, settings, find=find, ready=ready)
        finally:
            left = not ran and not local.leave(settings.home)
    reporter.say("stopped; the engine is left to others who use it" if left else "stopped")
