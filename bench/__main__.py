"""`make bench`: loading against a bare driver loop, influence of everyone against networkx and Cypher, and the API
against the bare asynchronous driver.

Ratios of one run on one machine, the order of the runs shuffled: figures of different runs do not compare.
"""

from __future__ import annotations

import argparse
import os
import platform
import random
import tempfile
from pathlib import Path

from bench import importing, influence, kernels, loading, serving, tables
from refnet.core.progress import Console
from refnet.graph import connect, local


def main() -> None:
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument(
        "--customers", type=int, default=4_000, help="size of the example brand that is loaded"
    )
    parser.add_argument("--network", type=int, default=100_000, help="customers of the network for influence")
    parser.add_argument(
        "--sizes", type=int, nargs="+", default=[1_000_000, 10_000_000], help="customers of the tables"
    )
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--neo4j", action="store_true", help="on a real Neo4j instead of the embedded engine")
    parser.add_argument(
        "--only",
        choices=["loading", "influence", "serving", "import", "kernels", "tables"],
        help="one of them; the last three are done only when asked for. kernels: the compiled loops beside one gather, "
        "by size and hops, and their memory. tables: parquet to parquet beside duckdb, polars and pandas, and everyone "
        "by node beside networkx, igraph and rustworkx, in a temporary environment. import: the import "
        "tool of Neo4j 5.26 against `refnet load`, "
        "1 million customers by --customers 1000000 --rounds 1 and REFNET_ENGINE_HEAP=4g (20 GB of disk, hours)",
    )
    asked = parser.parse_args()
    if asked.only == "import":
        with tempfile.TemporaryDirectory(prefix="refnet-bench-") as directory:
            importing.compare(Path(directory), asked.customers, asked.rounds, random.Random(7))
        return
    if asked.only == "kernels":
        print(f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}")
        kernels.compare(asked.rounds, random.Random(7))
        kernels.footprint()
        return
    if asked.only == "tables":
        print(f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}")
        with tempfile.TemporaryDirectory(prefix="refnet-bench-") as directory:
            tables.by_node(Path(directory), asked.rounds, random.Random(7))
            tables.parquet(Path(directory), asked.sizes, asked.rounds, random.Random(7))
        return
    kind: local.Kind = "neo4j" if asked.neo4j else "embedded"
    print(f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}, engine {kind}")
    with tempfile.TemporaryDirectory(prefix="refnet-bench-") as directory:
        home = Path(directory)
        running = local.start(home, kind, idle_minutes=30, reporter=Console())
        try:
            with connect(
                running.uri, username=running.username, password=running.password, database=running.database
            ) as graph:
                shuffled = random.Random(7)
                if asked.only in (None, "loading"):
                    loading.compare(graph, home, asked.customers, asked.rounds, shuffled)
                if asked.only in (None, "influence"):
                    influence.compare(graph, asked.network, asked.rounds, shuffled)
                if asked.only in (None, "serving"):
                    serving.compare(graph, asked.customers, asked.rounds, shuffled)
        finally:
            local.stop(home)


if __name__ == "__main__":
    main()
