"""A first load by the import tool of Neo4j against `refnet load`, into a Neo4j 5.26 of its own each.

Both begin with the canonical files and end with the same graph, constraints and customers' figures in it; the server's
start is in neither. A million customers and as many orders:
`make bench ARGS='--only import --two-tables --customers 1000000 --rounds 1'`, with REFNET_ENGINE_HEAP=4g and some 20 GB
of disk; the whole example brand without `--two-tables`, which takes hours.
"""

from __future__ import annotations

import os
import random
import statistics
import subprocess
import time
from pathlib import Path

from bench.made import customers_and_orders
from bench.table import Table, taken
from refnet import loaders
from refnet.core.progress import Quiet
from refnet.core.settings import Settings, load_settings
from refnet.examples import brand
from refnet.graph import Graph, connect, local
from refnet.graph.local.server import prepare
from refnet.graph.local.state import Home
from refnet.loaders.bulk import export

_VERSION = "5.26.30"


def compare(home: Path, customers: int, rounds: int, shuffled: random.Random, *, two: bool) -> Table:
    """Rows a second of both, of the import tool's way by its parts, and the ratio.

    Args:
        home: where all of it is kept.
        customers: how many.
        rounds: how often each is done.
        shuffled: gives the order.
        two: customers and orders only, one order a customer; else the whole example brand.
    """
    data = home / "brand"
    if two:
        customers_and_orders(data, customers)
    else:
        brand.write(data, customers=customers)
    times: dict[str, list[float]] = {"refnet load": [], "import tool, all of it": []}
    parts: dict[str, list[float]] = {}
    rows = 0
    for turn in range(rounds):
        for name in shuffled.sample(list(times), len(times)):
            place = home / f"{turn}-{name.split()[0]}"
            place.mkdir(mode=0o700)
            settings = load_settings(home=place)
            try:
                if name == "refnet load":
                    took, rows = _loaded(place, data, settings)
                    times[name].append(took)
                else:
                    told = _imported(place, data, settings)
                    for part, seconds in told.items():
                        parts.setdefault(part, []).append(seconds)
                    times[name].append(sum(told.values()))
            finally:
                local.stop(place)
    what = "Customers and orders alone" if two else "The example brand"
    table = Table(
        f"{what}, {customers:,} customers, {rows:,} rows, into an empty Neo4j {_VERSION}, heap "
        f"{load_settings().engine_heap}",
        taken("the rate of refnet load"),
    )
    ordinary = statistics.median(times["refnet load"])
    for name, seconds in [*times.items(), *((f"of it {part}", seconds) for part, seconds in parts.items())]:
        table.times(
            name, seconds, ordinary / statistics.median(seconds), f"{rows / min(seconds):,.0f} rows/s"
        )
    return table


def _loaded(place: Path, data: Path, settings: Settings) -> tuple[float, int]:
    with _open(place, settings) as graph:
        started = time.perf_counter()
        summary = loaders.load(graph, data, settings=settings, reporter=Quiet())
        return time.perf_counter() - started, sum(table.rows_loaded for table in summary.tables)


def _imported(place: Path, data: Path, settings: Settings) -> dict[str, float]:
    launch = prepare(Home(place), "neo4j5", settings.engine_heap, 3600)
    times = [time.perf_counter()]
    made = export(data, place / "files", settings=settings)
    times.append(time.perf_counter())
    tool = [*launch.argv[: launch.argv.index("-cp") + 2], "org.neo4j.cli.AdminTool"]
    environment = os.environ | {"NEO4J_HOME": launch.cwd, "NEO4J_CONF": f"{launch.cwd}/conf"}
    subprocess.run(
        [*tool, *made.arguments], cwd=made.directory, env=environment, check=True, stdout=subprocess.DEVNULL
    )
    times.append(time.perf_counter())
    with _open(place, settings) as graph:
        began = time.perf_counter()
        loaders.adopt(graph, settings=settings)
        adopted = time.perf_counter() - began
    return {
        "refnet export": times[1] - times[0],
        "neo4j-admin database import": times[2] - times[1],
        "refnet load --imported": adopted,
    }


def _open(place: Path, settings: Settings) -> Graph:
    running = local.start(place, "neo4j5", heap=settings.engine_heap, idle_minutes=None)
    graph = connect(running.uri, username=running.username, password=running.password)
    graph.engine = running
    return graph
