"""Parquet to parquet beside duckdb, polars and pandas; and everyone by node beside networkx, igraph and rustworkx.

Every run is a process of its own, in an order that is shuffled. duckdb, igraph (GPL) and rustworkx are installed into a
temporary environment for it, and are nothing that refnet needs.
"""

from __future__ import annotations

import random
import statistics
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from bench.influence import forest
from bench.peering import environment
from bench.table import Table, taken
from refnet.analysis.influence.network import Network

HOPS, DECAY = 6, 0.5  # what influence is where nothing else is asked for
_HERE = Path(__file__).parent
_WARM = 400_000


def parquet(home: Path, sizes: list[int], rounds: int, shuffled: random.Random) -> list[Table]:
    """How long each takes, whole numbers and texts as ids, and the ratio to refnet."""
    tables = []
    with_peers = environment(home)
    for kind in ("int", "text"):
        write(home / f"warm-{kind}", _WARM, kind)
        for customers in sizes:
            seen = home / f"{customers}-{kind}"
            write(seen, customers, kind)
            times: dict[str, list[float]] = {name: [] for name in ("refnet", "duckdb", "polars", "pandas")}
            peaks = dict.fromkeys(times, 0)
            for _ in range(rounds):
                for name in shuffled.sample(list(times), len(times)):
                    python = with_peers if name == "duckdb" else Path(sys.executable)
                    out = home / f"{name}.parquet"
                    took, peak = _run(python, name, home / f"warm-{kind}", seen, out, HOPS)
                    times[name].append(took)
                    peaks[name] = max(peaks[name], peak)
            _agree([home / f"{name}.parquet" for name in times])
            title = f"Parquet to parquet, {customers:,} customers, {kind} ids, {HOPS} hops, {rounds} rounds"
            table = Table(title, (*taken("refnet's time")[:-1], "at most, bytes a customer"))
            ours = statistics.median(times["refnet"])
            for name, seconds in times.items():
                each = f"{peaks[name] / customers:,.0f}"
                table.times(name, seconds, statistics.median(seconds) / ours, each)
            ratios = (f"{name} {statistics.median(times[name]) / ours:.2f} ×" for name in list(times)[1:])
            table.figure(f"parquet {kind} {customers:,}", ", ".join(ratios))
            table.figure(f"memory {kind} {customers:,}", f"{peaks['refnet'] / customers:,.0f}")
            tables.append(table)
    return tables


def by_node(
    home: Path, rounds: int, shuffled: random.Random, customers: int = 100_000, hops: int = 6
) -> Table:
    """How long each takes for everyone, and the ratio to the arrays, which the network is built for anew."""
    referrer, referee, value = forest(customers)
    influence = Network(referrer, referee, nodes=customers).influence(value, hops=hops, decay=DECAY)
    np.savez(home / "forest.npz", referrer=referrer, referee=referee, value=value, influence=influence)
    with_peers = environment(home)
    built = {kind: Network(referrer, referee, nodes=customers, compiled=kind) for kind in (False, True)}
    work = {
        "compiled": lambda: built[True].influence(value, hops=hops, decay=DECAY),
        "numpy": lambda: built[False].influence(value, hops=hops, decay=DECAY),
        "compiled, ordering included": lambda: Network(
            referrer, referee, nodes=customers, compiled=True
        ).influence(value, hops=hops, decay=DECAY),
    }
    names = [*work, "networkx", "igraph", "rustworkx"]
    times: dict[str, list[float]] = {name: [] for name in names}
    work["compiled"]()
    for _ in range(rounds):
        for name in shuffled.sample(names, len(names)):
            if name in work:
                for _ in range(5):
                    started = time.perf_counter()
                    work[name]()
                    times[name].append(time.perf_counter() - started)
            else:
                python = Path(sys.executable) if name == "networkx" else with_peers
                times[name].append(_run(python, name, home, home, home, hops)[0])
    title = f"Everyone, {customers:,} customers, {hops} hops, compute only, {rounds} rounds"
    table = Table(title, taken("the compiled loops' time"))
    ours = statistics.median(times["compiled"])
    for name, seconds in times.items():
        table.times(name, seconds, statistics.median(seconds) / ours)
    ratios = (
        f"{name} {statistics.median(times[name]) / ours:,.0f} ×"
        for name in ("networkx", "igraph", "rustworkx")
    )
    table.figure("by node", ", ".join(ratios))
    return table


def write(home: Path, customers: int, kind: str) -> None:
    """customers.parquet and referrals.parquet: ids far apart, rows in no order."""
    home.mkdir()
    referrer, referee, value = forest(customers)
    rng = np.random.default_rng(11)
    ids = np.unique(rng.integers(0, 1 << 48, customers + customers // 50))
    ids = rng.permutation(ids)[:customers]
    named = pa.array(ids)
    if kind == "text":
        named = pc.binary_join_element_wise("c-", named.cast(pa.string()), "")
    rows, lines = rng.permutation(customers), rng.permutation(referrer.size)
    people = pa.table({"customer_id": named.take(pa.array(rows)), "revenue": value[rows] / 100})
    pq.write_table(people, home / "customers.parquet")
    claims = {"referrer_id": referrer[lines], "referee_id": referee[lines]}
    pq.write_table(
        pa.table({column: named.take(pa.array(nodes)) for column, nodes in claims.items()}),
        home / "referrals.parquet",
    )


def _run(python: Path, name: str, warm: Path, seen: Path, out: Path, hops: int) -> tuple[float, int]:
    done = subprocess.run(
        [
            str(python),
            "-P",
            str(_HERE / "contestants.py"),
            name,
            str(warm),
            str(seen),
            str(out),
            str(hops),
            str(DECAY),
        ],
        check=True,
        capture_output=True,
        text=True,
    )
    seconds, peak = done.stdout.split()
    return float(seconds), int(peak)


def _agree(outs: list[Path]) -> None:
    first, *others = (pq.read_table(out).sort_by("customer_id") for out in outs)
    for other in others:
        assert first["customer_id"].equals(other["customer_id"].cast(first["customer_id"].type))
        assert np.allclose(first["influence"], other["influence"], rtol=1e-9, atol=1e-6)
