"""`refnet demo`: the example brand from files to findings, in a store of its own."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

from refnet.analysis.findings import findings
from refnet.api.serving import PORT, address_of, found_again, listen, serve
from refnet.core.errors import RefnetError, UsageError
from refnet.core.progress import Console
from refnet.core.settings import Settings
from refnet.examples import brand
from refnet.front import analyze, load
from refnet.graph import Graph, connect, local
from refnet.graph.connection import Address
from refnet.terminal.findings import print_findings

DEFAULT_CUSTOMERS = 20_000


def run(*, kind: local.Kind, stay: bool, customers: int, settings: Settings) -> None:
    """Load, analyze, print the findings; then serve the page and the API until Ctrl-C.

    Args:
        kind: the engine it runs on.
        stay: serve after the findings.
        customers: size of the example brand; each size has a store of its own.
        settings: where the home is, and the engine's memory.

    Raises:
        UsageError: the demo's store holds what the demo did not load.
        EngineError: the engine cannot be started.
    """
    reporter = Console()
    home = settings.home / ("demo" if customers == DEFAULT_CUSTOMERS else f"demo-{customers}")
    reporter.say(f"The example brand, {customers:,} customers over three years")
    found_running = local.running(home) is not None
    with reporter.stage("Neo4j server" if kind == "neo4j" else "embedded engine"):
        engine = local.start(
            home,
            kind,
            heap=settings.engine_heap,
            idle_minutes=settings.engine_idle_minutes,
            query_minutes=settings.engine_query_minutes,
            reporter=reporter,
        )
    try:
        # The demo is the same whatever currency or policy somebody has set for their own graph.
        own = Settings.model_construct(home=home)
        with connect(
            engine.uri,
            username=engine.username,
            password=engine.password,
            database=engine.database,
            settings=own,
        ) as graph:
            _load_once(graph, home, customers, own, reporter)
            print_findings(findings(graph, launch=brand.LAUNCH, settings=own, reporter=reporter))
        if stay:
            _serve(engine, home, own, reporter)
    finally:
        if not found_running and local.leave(home):
            reporter.say("stopped; the graph stays on disk")
        elif stay:
            reporter.say("stopped; the engine is left to others who use it")


def _load_once(graph: Graph, home: Path, customers: int, settings: Settings, reporter: Console) -> None:
    marker = graph.query("demo/marker")
    contents = graph.query("graph/contents")
    if not len(marker) and len(contents):
        raise UsageError(
            f"The graph in {home} holds something that the demo did not load.",
            "Move that directory away, or set REFNET_HOME to another.",
        )
    if len(marker) and marker.one()["complete"]:
        reporter.say(f"  found in {home}, loaded before")
        return
    data = home / "data"
    if not (data / "truth.json").exists():
        brand.write(data, customers=customers, reporter=reporter)
    graph.query("demo/mark", customers=customers, complete=False)
    load(graph, data, settings=settings, reporter=reporter)
    analyze(graph, settings=settings, reporter=reporter)
    graph.query("demo/mark", customers=customers, complete=True)


def _serve(engine: local.Running, home: Path, settings: Settings, reporter: Console) -> None:
    try:
        taken = listen("127.0.0.1", PORT, settings)
    except RefnetError:  # somebody serves already, perhaps another demo
        taken = listen("127.0.0.1", 0, settings)

    def ready() -> None:
        reporter.say("")
        reporter.say(f"Page      {address_of(taken)}/#/?launch={brand.LAUNCH.isoformat()}")
        reporter.say(f"API docs  {address_of(taken)}/docs")
        reporter.say(f"Bolt      {engine.uri}   user {engine.username}   password {engine.password}")
        if engine.browser:
            reporter.say(f"Browser   {engine.browser}   (Neo4j Browser; connect to the Bolt address above)")
        else:
            reporter.say("          Neo4j Browser connects to it, too; `make demo NEO4J=1` brings one along")
        command = "refnet" if shutil.which("refnet") else os.path.relpath(sys.argv[0])
        reporter.say(
            f"Ask it    REFNET_HOME={home} {command} show c-0000001   (`{command} --help` tells the rest)"
        )
        reporter.say("Ctrl-C ends it.")

    at = Address(engine.uri, engine.username, engine.password, engine.database)
    serve(taken, at, settings, find=found_again(engine, home, settings), ready=ready)
