"""The same customers, orders and referrals by neomodel's and py2neo's ways of loading many, into Neo4j 5.26.

The peers are no dependencies of refnet: bench/peers.txt goes into a virtual environment that is made for this. Each
does what its manual says for many rows (`peer_loads.py`), from rows that are read already, with an order's customer and
a referral as relationships. refnet begins with the files, and makes more of them: claims, joined ids, the customers'
figures, what waits, a note of each run.
"""

from __future__ import annotations

import csv
import json
import os
import random
import statistics
import subprocess
import sys
import time
import venv
from pathlib import Path

from bench.loading import wipe
from bench.table import Table
from refnet import loaders
from refnet.core.progress import Console, Quiet
from refnet.core.settings import load_settings
from refnet.examples import brand
from refnet.graph import Graph, connect, local

_HERE = Path(__file__).parent
_CONSTRAINTS = (
    "CREATE CONSTRAINT customer_id IF NOT EXISTS FOR (n:Customer) REQUIRE n.customerId IS UNIQUE",
    "CREATE CONSTRAINT order_id IF NOT EXISTS FOR (n:Order) REQUIRE n.orderId IS UNIQUE",
)
# The manuals' own sizes: py2neo's example has 10,000; neomodel's gives all at once. And refnet's.
_PEERS = {"py2neo 2021.2.4": ("py2neo", (10_000, 2_500)), "neomodel 7.0.0": ("neomodel", (0, 2_500))}


def compare(home: Path, customers: int, rounds: int, shuffled: random.Random) -> list[Table]:
    """Rows a second of each, and refnet's rate as so many times theirs."""
    data = home / "rows"
    rows = _write(home / "brand", data, customers)
    python = _environment(home / "peers")
    running = local.start(home, "neo4j5", idle_minutes=30, reporter=Console())
    try:
        with connect(running.uri, username=running.username, password=running.password) as graph:
            graph.engine = running
            for constraint in _CONSTRAINTS:
                graph.write_alone(constraint)
            work: dict[str, tuple[str, int]] = {"refnet load": ("", 0)}
            for name, (peer, sizes) in _PEERS.items():
                work |= {f"{name}, {f'batches of {s:,}' if s else 'all at once'}": (peer, s) for s in sizes}
            table = Table(
                f"{customers:,} customers, their orders and referrals: {sum(rows.values()):,} rows, {rounds} rounds",
                ("", "median s", "least s", "rows/s at best", "refnet's rate is of it"),
            )
            times: dict[str, list[float]] = {name: [] for name in work}
            for _ in range(rounds):
                for name in shuffled.sample(list(work), len(work)):
                    wipe(graph)
                    peer, size = work[name]
                    took = (
                        _by_peer(python, peer, size, data, running) if peer else _by_refnet(graph, data, home)
                    )
                    times[name].append(took)
                    if peer:
                        _same(graph, rows, name)
            ours = statistics.median(times["refnet load"])
            for name, seconds in times.items():
                table.row(
                    name,
                    f"{statistics.median(seconds):.2f}",
                    f"{min(seconds):.2f}",
                    f"{sum(rows.values()) / min(seconds):,.0f}",
                    f"{statistics.median(seconds) / ours:.2f}",
                )
            return [table]
    finally:
        local.stop(home)


def _by_refnet(graph: Graph, data: Path, home: Path) -> float:
    started = time.perf_counter()
    loaders.load(graph, data, settings=load_settings(home=home), reporter=Quiet())
    return time.perf_counter() - started


def _by_peer(python: Path, peer: str, size: int, data: Path, at: local.Running) -> float:
    done = subprocess.run(
        [python, _HERE / "peer_loads.py", peer, str(size), data],
        env=os.environ | {"PEER_URI": at.uri, "PEER_USER": at.username, "PEER_PASSWORD": at.password},
        stdout=subprocess.PIPE,
        check=True,
    )
    return float(json.loads(done.stdout))


def _same(graph: Graph, rows: dict[str, int], name: str) -> None:
    """All of it must be there: a peer that left something out would be quick."""
    there = {
        "customers": graph.read("MATCH (n:Customer) RETURN count(n) AS n").one()["n"],
        "orders": graph.read("MATCH (:Customer)-[r:PLACED]->(:Order) RETURN count(r) AS n").one()["n"],
        "referrals": graph.read("MATCH (:Customer)-[r:REFERRED]->(:Customer) RETURN count(r) AS n").one()[
            "n"
        ],
    }
    if there != rows:
        raise AssertionError(f"{name} made {there} of {rows}.")


def _write(made: Path, data: Path, customers: int) -> dict[str, int]:
    """The example brand's customers and orders, and referrals of customers by customers, each pair once."""
    brand.write(made, customers=customers)
    data.mkdir()
    counts, people = {}, set[str]()
    for name in ("customers", "orders", "referrals"):
        with (made / f"{name}.csv").open(newline="", encoding="utf-8") as file:
            held = list(csv.DictReader(file))
        if name == "referrals":
            pairs = {(r["referrer_id"], r["referee_id"]): r for r in held if r["referrer_kind"] == "customer"}
            # Some name people who are no customers: refnet keeps them waiting, the peers have no way to.
            held = [row for pair, row in pairs.items() if people.issuperset(pair)]
        if name == "customers":
            people.update(row["customer_id"] for row in held)
        with (data / f"{name}.csv").open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, list(held[0]))
            writer.writeheader()
            writer.writerows(held)
        counts[name] = len(held)
    return counts


def _environment(directory: Path) -> Path:
    """The peers' own virtual environment; its python."""
    venv.create(directory, with_pip=True)
    python = directory / "bin" / "python"
    install = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*install, "-r", _HERE / "peers.txt"], check=True, stdout=sys.stderr)
    return python
