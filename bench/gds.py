"""Neo4j Graph Data Science beside the arrays: PageRank is a head-count influence where everybody has one referrer.

In the projected graph each customer points at who brought them, so that with one referrer a customer

    PageRank(v) = (1 − d) · Σ over depth j ≥ 0 of d^j · people_j(v)
    influence(v) = (PageRank(v) / (1 − d) − 1) / d

for value heads and decay d. It knows no values but 1, no credits (several referrers share alike), and no other measure.
Its open source (GPLv3, `org.neo4j.gds` on Maven Central) is fetched for this bench by jgo, without a lock: no part of
refnet. Its server is started here, as it needs more on its class path.
"""

from __future__ import annotations

import random
import re
import shutil
import statistics
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import neo4j
import numpy as np

from bench import stored
from bench.influence import DECAY, HOPS, forest
from bench.table import Table
from refnet.analysis.influence.analyze import analyze
from refnet.analysis.influence.network import Network
from refnet.core.settings import Settings, load_settings
from refnet.graph import Graph
from refnet.graph.connection import Address
from refnet.graph.local.fetch import cache
from refnet.graph.local.launch import secret
from refnet.graph.local.ports import free_ports

VERSION = "2.13.9"  # for Neo4j 5.26
_ENDPOINT = f"org.neo4j.gds:opengds-extension:{VERSION}+org.neo4j.gds:proc:{VERSION}"
_PROJECT = (
    "CALL gds.graph.project('people', 'Customer', {REFERRED: {orientation: 'REVERSE'}}) "
    "YIELD nodeCount RETURN nodeCount"
)
_DROP = "CALL gds.graph.drop('people', false) YIELD graphName RETURN graphName"
# Its first iteration gives what everybody has without anybody below: so one more than hops.
_COMPUTE = (
    "CALL gds.pageRank.mutate('people', {mutateProperty: 'rank', dampingFactor: $decay, maxIterations: $hops + 1, "
    "tolerance: 1e-12}) YIELD computeMillis, ranIterations RETURN computeMillis, ranIterations"
)
_WRITE = (
    "CALL gds.graph.nodeProperties.write('people', 'rank') YIELD propertiesWritten RETURN propertiesWritten"
)
_FORGET = "MATCH (c:Customer) CALL (c) { SET c.rank = null } IN TRANSACTIONS OF 5000 ROWS"


def compare(home: Path, customers: int, rounds: int, shuffled: random.Random) -> Table:
    """Seconds of each step: project, compute, write; beside reading, the arrays, and a whole analysis."""
    referrer, referee, value = forest(customers)
    network = Network(referrer, referee, nodes=customers)
    ones = np.ones(customers, np.int64)
    truth = network.influence(ones, hops=HOPS, decay=DECAY)
    with _holding(home / "gds", referrer, referee, value) as graph:
        work: dict[str, Callable[[], Any]] = {
            "kernel: heads": lambda: network.influence(ones, hops=HOPS, decay=DECAY),
            "kernel, ordering included": lambda: Network(referrer, referee, nodes=customers).influence(
                ones, hops=HOPS, decay=DECAY
            ),
            "GDS": lambda: None,
        }
        steps = {"projected": _PROJECT, "pageRank": _COMPUTE, "written, one property": _WRITE}
        times: dict[str, list[float]] = {name: [] for name in work} | {f"GDS: {step}": [] for step in steps}
        for _ in range(rounds):
            for name in shuffled.sample(list(work), len(work)):
                if name != "GDS":
                    started = time.perf_counter()
                    work[name]()
                    times[name].append(time.perf_counter() - started)
                    continue
                graph.write_alone(_FORGET)
                for step, statement in steps.items():
                    given = {"hops": HOPS, "decay": DECAY} if step == "pageRank" else {}
                    started = time.perf_counter()
                    graph.write_alone(statement, **given)
                    times[f"GDS: {step}"].append(time.perf_counter() - started)
                times["GDS"].append(sum(times[f"GDS: {step}"][-1] for step in steps))
                graph.write_alone(_DROP)
                _hold(graph, truth)
        graph.write_alone(_FORGET)
        started = time.perf_counter()
        analyze(graph, settings=Settings.model_construct(hops=HOPS, decay=DECAY))
        whole = time.perf_counter() - started
    times["GDS: all of it"] = times.pop("GDS")
    times["refnet analyze, once: all measures, read, worked out, written"] = [whole]
    table = Table(
        f"Heads to {HOPS} hops of everyone, {customers:,} customers, {len(referee):,} referrals, Neo4j 5.26 with "
        f"Graph Data Science {VERSION} (its open source), heap {load_settings().engine_heap}, {rounds} rounds",
        ("", "median s", "least s", "times the kernel's time"),
    )
    kernel = statistics.median(times["kernel: heads"])
    for name, seconds in times.items():
        middle = statistics.median(seconds)
        table.row(name, f"{middle:.4f}", f"{min(seconds):.4f}", f"{middle / kernel:,.0f}")
    ordered, rank, every = (
        statistics.median(times[name])
        for name in ("kernel, ordering included", "GDS: pageRank", "GDS: all of it")
    )
    table.figure(
        "gds",
        f"{customers:,} customers, heads: PageRank {rank / ordered:.0f} × the arrays with their ordering; "
        f"projected and one property written, {every:.1f} s",
    )
    return table


def _hold(graph: Graph, truth: np.ndarray) -> None:
    """That its rank, turned into influence, is the arrays'."""
    found = np.zeros(len(truth))
    for customer, rank in graph.stream("MATCH (c:Customer) RETURN c.customerId, c.rank"):
        found[int(customer)] = (rank / (1 - DECAY) - 1) / DECAY
    assert np.allclose(found, truth, rtol=1e-6, atol=1e-6)


@contextmanager
def _holding(home: Path, referrer: np.ndarray, referee: np.ndarray, value: np.ndarray) -> Iterator[Graph]:
    """A Neo4j 5.26 that holds the network and has the procedures."""
    jars = _fetched()
    home.mkdir(mode=0o700)
    launch = stored.imported(home, referrer, referee, value)
    store, at = Path(launch.cwd), launch.argv.index("-cp") + 1
    plugins = store / "plugins"
    plugins.mkdir()
    # The server's own libraries come first; of those that both bring its version holds.
    named = re.compile(r"-\d[^/]*\.jar$")
    own = {named.sub("", jar.name) for jar in Path(launch.argv[at].removesuffix("/*")).glob("*.jar")}
    for jar in jars.glob("*.jar"):
        if "2.13" in jar.name or named.sub("", jar.name) not in own:
            (plugins / jar.name).symlink_to(jar)
    launch.argv[at] += f":{plugins}/*"
    bolt, http = free_ports()
    with (store / "logs" / "console.log").open("wb") as console:
        server = subprocess.Popen(
            launch.command(bolt, http), cwd=store, stdout=console, stderr=subprocess.STDOUT
        )
    try:
        address = Address(f"bolt://127.0.0.1:{bolt}", launch.username, secret(store) or "", launch.database)
        with Graph(_awaited(server, address), address) as graph:
            stored.constrain(graph)
            yield graph
    finally:
        server.terminate()
        server.wait(60)


def _awaited(server: subprocess.Popen[bytes], at: Address, seconds: float = 180) -> neo4j.Driver:
    """A driver, once the server answers."""
    until = time.monotonic() + seconds
    while True:
        driver = neo4j.GraphDatabase.driver(at.uri, auth=(at.username, at.password))
        try:
            driver.verify_connectivity()
            return driver
        except neo4j.exceptions.ServiceUnavailable:
            driver.close()
            if server.poll() is not None or time.monotonic() > until:
                raise
            time.sleep(0.5)


def _fetched() -> Path:
    """The directory with the jars, fetched if need be."""
    whole = cache() / f"gds-{VERSION}"
    if not whole.is_dir():
        import jgo
        from jgo.maven import MavenContext, PythonResolver

        part = whole.with_suffix(".part")
        context = MavenContext(repo_cache=part / "maven", resolver=PythonResolver(), timeout=30)
        print(f"Graph Data Science {VERSION} is fetched from Maven Central, once")
        made = jgo.EnvironmentBuilder(context=context, cache_dir=part / "made").from_endpoint(_ENDPOINT)
        (part / "lib").mkdir()
        for jar in made.all_jars:
            shutil.copy(jar, part / "lib")
        (part / "lib").rename(whole)
        shutil.rmtree(part)
    return whole
