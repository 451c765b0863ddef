"""`make bench`: refnet beside its peers, each section a comparison within one run on one machine.

The order of the runs is shuffled; figures of different runs do not compare. `--write` puts a section's table into
docs/benchmarks.md.
"""

from __future__ import annotations

import argparse
import os
import platform
import random
import shlex
import sys
import tempfile
from pathlib import Path
from typing import get_args

from bench import (
    SECTIONS,
    churn,
    everyone,
    gds,
    importing,
    influence,
    kernels,
    loading,
    memory,
    one_customer,
    peers,
    reading,
    segments,
    serving,
    whole_way,
)
from bench import tables as between
from bench.table import Table, write
from refnet.core.progress import Console
from refnet.core.settings import load_settings
from refnet.graph import Graph, connect, local

_DEFAULT = ("loading", "reading", "influence", "serving")


def main() -> None:
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--only", choices=SECTIONS, help=f"one section; unset: {', '.join(_DEFAULT)}")
    parser.add_argument(
        "--engine",
        choices=get_args(local.Kind),
        default="embedded",
        help="the local engine, Neo4j 2026 (neo4j) or Neo4j 5.26 (neo4j5); import and peers are about 5.26",
    )
    parser.add_argument(
        "--customers", type=int, default=4_000, help="size of the example brand that is loaded"
    )
    parser.add_argument("--network", type=int, default=100_000, help="customers of the network for influence")
    parser.add_argument(
        "--sizes", type=int, nargs="+", default=[1_000_000, 10_000_000], help="customers of the tables"
    )
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument(
        "--two-tables", action="store_true", help="import: customers and orders only, one order a customer"
    )
    parser.add_argument("--rows", type=int, default=10_000_000, help="memory: rows of the file")
    parser.add_argument(
        "--server", action="store_true", help="memory: into Neo4j 5.26; unset: all but the sending"
    )
    parser.add_argument("--write", action="store_true", help="put the table into docs/benchmarks.md")
    asked = parser.parse_args()
    command = f'make bench ARGS="{shlex.join(a for a in sys.argv[1:] if a != "--write")}"'
    print(
        f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}, load {os.getloadavg()}"
    )
    for section in [asked.only] if asked.only else _DEFAULT:
        with tempfile.TemporaryDirectory(prefix="refnet-bench-") as directory:
            tables = _measured(section, asked, Path(directory), random.Random(7))
        if asked.write:
            write(_marked(section, asked), command, tables)


def _marked(section: str, asked: argparse.Namespace) -> str:
    """The name of its markers on the page: one for each engine where it is asked of several."""
    if section in ("loading", "reading", "whole-way", "one-customer", "everyone"):
        return f"{section} {asked.engine}"
    return f"memory {'server' if asked.server else 'alone'}" if section == "memory" else section


def _measured(section: str, asked: argparse.Namespace, home: Path, shuffled: random.Random) -> list[Table]:
    match section:
        case "import":
            return [importing.compare(home, asked.customers, asked.rounds, shuffled, two=asked.two_tables)]
        case "peers":
            return peers.compare(home, asked.customers, asked.rounds, shuffled)
        case "memory":
            return memory.measure(home, asked.rows, server=asked.server)
        case "one-customer":
            return [one_customer.compare(home, asked.engine, asked.sizes, asked.rounds, shuffled)]
        case "everyone":
            return [everyone.compare(home, asked.engine, asked.customers, asked.rounds, shuffled)]
        case "gds":
            return [gds.compare(home, asked.customers, asked.rounds, shuffled)]
        case "kernels":
            return [
                *kernels.compare(home, asked.rounds, shuffled),
                kernels.others(asked.rounds, shuffled),
                kernels.footprint(),
            ]
        case "tables":
            by_node = between.by_node(home, asked.rounds, shuffled)
            return [by_node, *between.parquet(home, asked.sizes, asked.rounds, shuffled)]
        case "churn":
            return [churn.compare(asked.customers, asked.rounds, shuffled)]
        case "segments":
            return [segments.compare(asked.customers, asked.rounds, shuffled)]
        case "spark":
            from bench import spark  # which takes half a gigabyte that `make spark` fetches

            return spark.compare(home, asked.customers, asked.rounds, shuffled)
    heap = load_settings().engine_heap
    running = local.start(home, asked.engine, heap=heap, idle_minutes=30, reporter=Console())
    try:
        with connect(
            running.uri, username=running.username, password=running.password, database=running.database
        ) as graph:
            graph.engine = running
            return _on(graph, section, asked, home, shuffled)
    finally:
        local.stop(home)


def _on(
    graph: Graph, section: str, asked: argparse.Namespace, home: Path, shuffled: random.Random
) -> list[Table]:
    match section:
        case "loading":
            return [loading.compare(graph, home, asked.customers, asked.rounds, shuffled)]
        case "reading":
            return [reading.compare(graph, home, asked.customers, asked.rounds, shuffled)]
        case "influence":
            return [influence.compare(graph, asked.network, asked.rounds, shuffled)]
        case "whole-way":
            return whole_way.compare(graph, asked.customers, asked.rounds, shuffled)
        case _:
            return [serving.compare(graph, asked.customers, asked.rounds, shuffled)]


if __name__ == "__main__":
    main()
