"""Influence of everyone: the arrays against networkx by node, and against Cypher on the same network."""

from __future__ import annotations

import random
import statistics
import time
from collections.abc import Callable

import networkx as nx
import numpy as np

from bench.loading import wipe
from bench.table import Table, taken
from refnet.analysis.influence.network import Network
from refnet.graph import Graph

HOPS, DECAY = 6, 0.5


def forest(customers: int, seed: int = 7) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Referrers, referees and revenue in cents: 35 % referred, by one of the 22 % who refer, earlier ones first."""
    rng = np.random.default_rng(seed)
    referee = np.flatnonzero(rng.random(customers) < 0.35)
    referee = referee[referee > 10]
    refers = np.flatnonzero(rng.random(customers) < 0.22)
    earlier = np.searchsorted(refers, referee)
    # Recent referrers are likelier, as in life: so trees get deep.
    picked = np.maximum(earlier - 1 - rng.exponential(0.1 * earlier.max(), len(referee)).astype(np.int64), -1)
    kept = picked >= 0
    return refers[picked[kept]], referee[kept], rng.integers(0, 50_000, customers)


def compare(graph: Graph, customers: int, rounds: int, shuffled: random.Random) -> Table:
    """All three, and how many times as long as the arrays the others take."""
    referrer, referee, value = forest(customers)
    edges: nx.DiGraph[int] = nx.DiGraph()
    edges.add_nodes_from(range(customers))
    edges.add_edges_from(zip(referrer.tolist(), referee.tolist(), strict=True))
    store(graph, referrer, referee, value)
    results: dict[str, np.ndarray] = {}

    def arrays() -> None:
        network = Network(referrer, referee, nodes=customers)
        results["arrays"] = network.influence(value, hops=HOPS, decay=DECAY)

    built = Network(referrer, referee, nodes=customers)

    def given() -> None:
        results["given"] = built.influence(value, hops=HOPS, decay=DECAY)

    def by_node() -> None:
        worth = value.tolist()
        found = np.zeros(customers)
        for node in range(customers):
            for other, depth in nx.single_source_shortest_path_length(edges, node, cutoff=HOPS).items():
                if depth:
                    found[node] += DECAY ** (depth - 1) * worth[other]
        results["networkx"] = found

    def cypher() -> None:
        found = np.zeros(customers)
        for row in graph.query("influence/everyone", hops=HOPS, decay=DECAY, value="revenue"):
            found[int(row["customerId"])] = row["influence"]
        results["cypher"] = found

    work: dict[str, Callable[[], None]] = {
        "arrays": given,
        "arrays, the network built from edges": arrays,
        "networkx, by node": by_node,
        "Cypher, influence/everyone": cypher,
    }
    times: dict[str, list[float]] = {name: [] for name in work}
    for _ in range(rounds):
        for name in shuffled.sample(list(work), len(work)):
            started = time.perf_counter()
            work[name]()
            times[name].append(time.perf_counter() - started)
    assert np.array_equal(results["arrays"], results["given"])
    assert np.allclose(results["arrays"], results["networkx"], rtol=1e-9)
    assert np.allclose(results["arrays"], results["cypher"], rtol=1e-9)
    table = Table(
        f"Influence of everyone, {customers:,} customers, {len(referee):,} referrals, {HOPS} hops",
        taken("the arrays' time"),
    )
    reference = statistics.median(times["arrays"])
    for name, seconds in times.items():
        table.times(name, seconds, statistics.median(seconds) / reference)
    return table


def store(
    graph: Graph, referrer: np.ndarray, referee: np.ndarray, value: np.ndarray, batch: int = 5_000
) -> None:
    """The network in the graph, customers named by their numbers."""
    wipe(graph)
    graph.write_alone(
        "CREATE CONSTRAINT customer_id IF NOT EXISTS FOR (c:Customer) REQUIRE c.customerId IS UNIQUE"
    )
    people = [{"id": str(n), "revenue": float(v)} for n, v in enumerate(value.tolist())]
    for start in range(0, len(people), batch):
        graph.write(
            "UNWIND $rows AS row MERGE (c:Customer {customerId: row.id}) SET c.revenue = row.revenue",
            rows=people[start : start + batch],
        )
    links = [{"a": str(a), "b": str(b)} for a, b in zip(referrer.tolist(), referee.tolist(), strict=True)]
    for start in range(0, len(links), batch):
        graph.write(
            "UNWIND $rows AS row MATCH (b:Customer {customerId: row.b}) MATCH (a:Customer {customerId: row.a}) "
            "MERGE (b)<-[r:REFERRED]-(a) SET r.credit = 1.0",
            rows=links[start : start + batch],
        )
