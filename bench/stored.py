"""The network of bench.influence in a graph of its own: by the import tool into a Neo4j 5.26, row by row elsewhere."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pyarrow as pa

from bench.influence import store
from refnet.core.settings import load_settings
from refnet.graph import Graph, connect, local
from refnet.graph.local.launch import Launch
from refnet.graph.local.server import prepare
from refnet.graph.local.state import Home
from refnet.graph.model import CUSTOMER
from refnet.graph.statements import AWAIT_INDEXES
from refnet.loaders.bulk.written import Files

QUERY_MINUTES = 30.0  # what the slowest of the statements measured here may take
_CONSTRAINT = "CREATE CONSTRAINT customer_id IF NOT EXISTS FOR (c:Customer) REQUIRE c.customerId IS UNIQUE"


@contextmanager
def holding(
    home: Path, kind: local.Kind, referrer: np.ndarray, referee: np.ndarray, value: np.ndarray
) -> Iterator[Graph]:
    """A graph that holds the network, customers named by their numbers, for as long as this lasts.

    Args:
        home: of its engine; created, and left behind stopped.
        kind: of engine.
        referrer, referee, value: as bench.influence.forest gives them.
    """
    home.mkdir(mode=0o700)
    if kind == "neo4j5":
        imported(home, referrer, referee, value)
    running = local.start(
        home, kind, heap=load_settings().engine_heap, idle_minutes=None, query_minutes=QUERY_MINUTES
    )
    try:
        with connect(
            running.uri, username=running.username, password=running.password, database=running.database
        ) as graph:
            graph.engine = running
            if kind == "neo4j5":
                constrain(graph)
            else:
                store(graph, referrer, referee, value)
            yield graph
    finally:
        local.stop(home)


def imported(home: Path, referrer: np.ndarray, referee: np.ndarray, value: np.ndarray) -> Launch:
    """Put the network into a store of Neo4j 5.26 that nobody has opened yet, and say how to start its server."""
    launch = prepare(Home(home), "neo4j5", load_settings().engine_heap, QUERY_MINUTES * 60)
    directory = home / "files"
    directory.mkdir()
    names = pa.array(np.arange(len(value))).cast(pa.string())
    with Files(directory, gzip=False) as files:
        files.nodes(CUSTOMER, {"revenue": "money"}).write([names, pa.array(value, pa.float64())])
        files.relationships("REFERRED", CUSTOMER, CUSTOMER, {"credit": "number"}).write(
            [names.take(pa.array(referrer)), names.take(pa.array(referee)), pa.array(np.ones(len(referee)))]
        )
    subprocess.run(
        [
            *launch.argv[: launch.argv.index("-cp") + 2],
            "org.neo4j.cli.AdminTool",
            *files.arguments(launch.database),
        ],
        cwd=directory,
        env=os.environ | {"NEO4J_HOME": launch.cwd, "NEO4J_CONF": f"{launch.cwd}/conf"},
        check=True,
        stdout=subprocess.DEVNULL,
    )
    return launch


def constrain(graph: Graph) -> None:
    """The constraint on customers' ids, ready."""
    graph.write_alone(_CONSTRAINT)
    graph.write_alone(AWAIT_INDEXES)
