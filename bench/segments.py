"""Segments of everyone beside a plain groupby of pandas over the same cells: levels of 20 attributes, and all pairs.

pandas gives sizes and two means, and nothing of what is asked: no tests, no intervals, no trees. Each run is a process
of its own, and tells the most memory that it had beside its input.
"""

from __future__ import annotations

import json
import random
import statistics
import subprocess
import sys
import time
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from bench.influence import DECAY, HOPS, forest
from bench.memory import status
from bench.table import Table
from refnet.analysis.influence.network import Network
from refnet.analysis.segments.discover import discover

ATTRIBUTES = 20


def compare(customers: int, rounds: int, shuffled: random.Random) -> Table:
    """Seconds and memory of either, and their ratios."""
    found: dict[str, list[dict[str, float]]] = {
        "refnet: discovery": [],
        "pandas: groupby of the same cells": [],
    }
    for _ in range(rounds):
        for name in shuffled.sample(list(found), len(found)):
            asked = [sys.executable, "-m", "bench.segments", name.partition(":")[0], str(customers)]
            run = subprocess.run(asked, check=True, capture_output=True, text=True)
            found[name].append(json.loads(run.stdout.splitlines()[-1]))
    ours, theirs = found.values()
    title = (
        f"Segments, {customers:,} customers, {ATTRIBUTES} attributes, {ours[0]['segments']:,.0f} cells, singles and "
        f"pairs, {rounds} rounds"
    )
    table = Table(
        title,
        (
            "",
            "median s",
            "least s",
            "times pandas' time",
            "most memory beside the input, MiB",
            "times the input",
        ),
    )
    plain = statistics.median(one["seconds"] for one in theirs)
    for name, runs in found.items():
        seconds = [one["seconds"] for one in runs]
        memory = max(one["memory"] for one in runs)
        table.row(
            name,
            f"{statistics.median(seconds):.2f}",
            f"{min(seconds):.2f}",
            f"{statistics.median(seconds) / plain:.2f}",
            f"{memory / 2**20:,.0f}",
            f"{memory / runs[0]['input']:.2f}",
        )
    ratio = statistics.median(one["seconds"] for one in ours) / plain
    most = max(one["memory"] / one["input"] for one in ours)
    told = f"{ratio:.2f} × the groupby's time, {most:.2f} × the input's memory beside it"
    table.figure("segments", f"{customers:,} customers: {told}")
    return table


def made(customers: int, seed: int = 7) -> tuple[pd.DataFrame, np.ndarray, np.ndarray, np.ndarray]:
    """Attributes of 2 to 8 levels, CLTV, influence, trees; level 0 of two of them is worth less and brings more."""
    rng = np.random.default_rng(seed)
    referrer, referee, value = forest(customers, seed)
    network = Network(referrer, referee, nodes=customers)
    brings = np.bincount(referrer, minlength=customers) > 0
    spent = value / 100.0
    columns = {}
    for number in range(ATTRIBUTES):
        levels = 2 + number % 7
        code = rng.integers(0, levels, customers).astype(np.int8)
        if number % 7 == 6:
            # Those who bring others are likelier to be of level 0, and spend less.
            code[brings & (rng.random(customers) < 0.2)] = 0
            spent = np.where(code == 0, spent * 0.7, spent)
        columns[f"a{number}"] = pd.Categorical.from_codes(code, [f"level {each}" for each in range(levels)])
    cltv = spent * rng.lognormal(0, 0.3, customers)
    return pd.DataFrame(columns), cltv, network.influence(spent, hops=HOPS, decay=DECAY), network.tree_of()


def _refnet(attributes: pd.DataFrame, cltv: np.ndarray, value: np.ndarray, tree: np.ndarray) -> int:
    return discover(attributes, cltv, value, tree).looked_at["segments"]


def _pandas(attributes: pd.DataFrame, cltv: np.ndarray, value: np.ndarray, _tree: np.ndarray) -> int:
    frame = attributes.assign(cltv=cltv, value=value)
    cells = 0
    for names in [*([name] for name in attributes.columns), *map(list, combinations(attributes.columns, 2))]:
        by = frame.groupby(names, observed=True)
        cells += len(by.agg(customers=("cltv", "size"), cltv=("cltv", "mean"), value=("value", "mean")))
    return cells


def main() -> None:
    who, customers = sys.argv[1], int(sys.argv[2])
    work: Any = {"refnet": _refnet, "pandas": _pandas}[who]
    work(*made(50_000))
    given = made(customers)
    attributes, *arrays = given
    size = int(attributes.memory_usage(deep=True, index=False).sum()) + sum(array.nbytes for array in arrays)
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")  # the peak begins anew
    before, started = status("VmHWM"), time.perf_counter()
    segments = work(*given)
    seconds = time.perf_counter() - started
    told = {"seconds": seconds, "segments": segments, "memory": status("VmHWM") - before, "input": size}
    sys.stdout.write(json.dumps(told))


if __name__ == "__main__":
    main()
