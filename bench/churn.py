"""Scoring customers in batch, without reasons, beside the bare predict_proba of scikit-learn on the same features.

The bare one is a LogisticRegression of the same numbers: no calibration, two columns for an answer. Each run is a
process of its own. How long the features take is told apart: scikit-learn has none.
"""

from __future__ import annotations

import json
import random
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

import numpy as np

from bench.table import Table
from refnet.analysis.success.churn.facts import Events, Facts
from refnet.analysis.success.churn.features import NAMES, Known, Matrix
from refnet.analysis.success.churn.leaving import Leaving, Spells, months_at_risk, spells
from refnet.analysis.success.churn.model import Fitted

TIMES = 5
SAMPLE = 20_000


def compare(customers: int, rounds: int, shuffled: random.Random) -> Table:
    """Seconds of either, and their ratio."""
    found: dict[str, list[dict[str, float]]] = {"refnet: scoring": [], "scikit-learn: bare predict_proba": []}
    for _ in range(rounds):
        for name in shuffled.sample(list(found), len(found)):
            asked = [sys.executable, "-m", "bench.churn", name.partition(":")[0], str(customers)]
            run = subprocess.run(asked, check=True, capture_output=True, text=True)
            found[name].append(json.loads(run.stdout.splitlines()[-1]))
    ours, theirs = found.values()
    table = Table(
        f"Churn, {customers:,} customers, {len(NAMES)} features, best of {TIMES} in each of {rounds} rounds",
        ("", "median s", "least s", "times the bare time", "customers/s"),
    )
    plain = statistics.median(one["seconds"] for one in theirs)
    for name, runs in found.items():
        seconds = [one["seconds"] for one in runs]
        middle = statistics.median(seconds)
        table.row(
            name,
            f"{middle:.4f}",
            f"{min(seconds):.4f}",
            f"{middle / plain:.2f}",
            f"{customers / middle:,.0f}",
        )
    features = statistics.median(one["features"] for one in ours)
    table.row("refnet: features, before", f"{features:.4f}", "", "", f"{customers / features:,.0f}")
    ratio = statistics.median(one["seconds"] for one in ours) / plain
    table.figure("churn", f"{customers:,} customers scored: {ratio:.2f} × the bare predict_proba's time")
    return table


def made(customers: int, seed: int = 7) -> Facts:
    """Customers of three years with five orders each, tickets, usage of the last month, referrals in a forest."""
    rng = np.random.default_rng(seed)
    joined = np.sort(19_358.0 + 1_000 * rng.random(customers))

    def events(count: int) -> Events:
        who = rng.integers(0, customers, count)
        at = joined[who] + (20_453.9 - joined[who]) * rng.random(count)
        return Events.of(who, at, rng.integers(10, 90, count))

    referee = np.flatnonzero(rng.random(customers) < 0.3)[1:]
    referrer = (referee * rng.random(len(referee))).astype(np.int64)
    lost = np.where(rng.random(customers) < 0.02, 20_400.0, np.nan)
    return Facts(
        until=20_453.9,
        ids=np.arange(customers).astype(str).astype(object),
        joined=joined,
        lost=lost,
        origin={name: rng.integers(-1, 20, customers) for name in ("country", "channel", "affiliate")},
        orders=events(5 * customers),
        tickets=events(customers // 4),
        usage=Events.of(np.arange(customers), np.full(customers, 20_454.0), rng.integers(0, 20, customers)),
        referrer=referrer,
        referee=referee,
        credit=np.ones(len(referee)),
        brought_at=joined[referee],
    )


def _model(rows: Matrix, seed: int = 7) -> Any:
    from sklearn.linear_model import LogisticRegression

    some = rows[:SAMPLE]
    left = np.random.default_rng(seed).random(len(some)) < 0.05
    return LogisticRegression(C=1e-3, solver="newton-cholesky").fit(some, left)


def main() -> None:
    who, customers = sys.argv[1], int(sys.argv[2])
    facts = made(customers)
    what = Leaving("recorded", 3.0, 37.0)
    there = spells(facts, what)
    # What the rates of countries, channels and affiliates are made from: a sample does.
    some = Spells(there.who[:SAMPLE], there.begin[:SAMPLE], there.end[:SAMPLE])
    months = months_at_risk(facts, some)
    everybody = np.arange(customers)
    started = time.perf_counter()
    rows = Known(facts, what, months).at(facts.today, everybody)
    features = time.perf_counter() - started
    bare = _model(rows)
    fitted = Fitted(bare.coef_[0].astype(np.float64), float(bare.intercept_[0]), 1.01, 0.02)
    work: dict[str, Callable[[], Any]] = {
        "refnet": lambda: fitted.probability(rows),
        "scikit-learn": lambda: bare.predict_proba(rows),
    }
    seconds = []
    for _ in range(TIMES + 1):
        started = time.perf_counter()
        answer = work[who]()
        seconds.append(time.perf_counter() - started)
        assert len(answer) == customers
    sys.stdout.write(json.dumps({"seconds": min(seconds[1:]), "features": features}))


if __name__ == "__main__":
    main()
