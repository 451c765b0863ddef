"""The compiled loops beside one random gather of as many numbers: everyone by size, by hops, several at once.

What a sum over a forest costs at least is access to memory, so a gather is the measure. Ids are dense; the network is
built beforehand, and its building measured for itself. Seconds are of the clock: the answers of several (hops, decay)
at once are summed and written by two threads from two million on, all else is one thread's work. Before each run as
much memory as the largest answer has is taken and let go: a virtual machine may have to fetch it from its host, which
costs many times the sums, and would be paid for by whoever comes first.
"""

from __future__ import annotations

import random
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from bench import drawing
from bench.influence import forest
from bench.memory import status
from bench.table import Table, taken
from refnet.analysis.influence.network import Network

EIGHT: list[tuple[int | None, float]] = [
    (1, 1.0), (2, 0.5), (3, 0.5), (6, 0.5), (6, 0.9), (8, 0.5), (None, 0.5), (None, 1.0)
]  # fmt: skip
_SHARED = "half of those referred by two, numbers in no order"
_ASKED = ("ordering", "all hops", "6 hops")
_SIZES = (100_000, 1_000_000, 10_000_000)


def compare(home: Path, rounds: int, shuffled: random.Random, sizes: tuple[int, ...] = _SIZES) -> list[Table]:
    """For each size what each way costs beside the gather, at the largest also hop by hop; and a picture of it."""
    tables = []
    medians: dict[int, dict[str, float]] = {}
    for customers in sizes:
        referrer, referee, value = forest(customers)
        work = _work(referrer, referee, value, each_hop=customers == max(sizes))
        for run in work.values():
            run()  # compiled, or read from where it is kept
        times: dict[str, list[float]] = {name: [] for name in work}
        for _ in range(rounds):
            for name in shuffled.sample(list(work), len(work)):
                np.empty((len(EIGHT), customers)).fill(0.0)
                started = time.perf_counter()
                kept = work[name]()
                times[name].append(time.perf_counter() - started)
                del kept
        table = Table(
            f"Everyone, {customers:,} customers, {referrer.size:,} referrals, {rounds} rounds",
            taken("one gather"),
        )
        gather = statistics.median(times["one random gather"])
        for name, seconds in times.items():
            note = ""
            if name.startswith("eight"):
                one = "6 hops, into memory given" if "given" in name else "6 hops, decay 0.5"
                ratio = statistics.median(seconds) / statistics.median(times[one])
                threads = ", two threads to its one" if customers * len(EIGHT) >= 2_000_000 else ""
                note = f"{ratio:.1f} × one of 6 hops (at best {min(seconds) / min(times[one]):.1f}){threads}"
            table.times(name, seconds, statistics.median(seconds) / gather, note)
        medians[customers] = {name: statistics.median(seconds) for name, seconds in times.items()}
        tables.append(table)
    _quoted(tables[-1], times, medians[max(sizes)]["one random gather"])
    drawing.costs(home, medians, sizes)
    return tables


def others(rounds: int, shuffled: random.Random, customers: int = max(_SIZES)) -> Table:
    """Networks of other shapes beside the same gather: more referrals, two referrers, numbers in no order."""
    networks = _shapes(customers)
    value = np.random.default_rng(9).integers(0, 50_000, customers)
    order = np.random.default_rng(3).permutation(customers)
    built = {name: Network(*edges, nodes=customers) for name, edges in networks.items()}
    work: dict[tuple[str, str], Callable[[], Any]] = {("", "gather"): lambda: value[order]}
    for name, edges in networks.items():
        work[name, "ordering"] = partial(Network, *edges, nodes=customers)
        work[name, "all hops"] = partial(built[name].influence, value, hops=None)
        work[name, "6 hops"] = partial(built[name].influence, value, hops=6)
    for run in work.values():
        run()
    times: dict[tuple[str, str], list[float]] = {each: [] for each in work}
    for _ in range(rounds):
        for each in shuffled.sample(list(work), len(work)):
            np.empty(customers).fill(0.0)
            started = time.perf_counter()
            kept = work[each]()
            times[each].append(time.perf_counter() - started)
            del kept
    gather = statistics.median(times["", "gather"])
    table = Table(
        f"Other networks, {customers:,} customers, {rounds} rounds; medians, times one random gather ({gather:.4f} s)",
        ("", "referrals", "longest chain", *_ASKED),
    )
    for name, network in built.items():
        ratios = (f"{statistics.median(times[name, asked]) / gather:.2f}" for asked in _ASKED)
        table.row(name, f"{len(networks[name][0]):,}", str(network.longest_chain().max()), *ratios)
    every = 3 + _ASKED.index("all hops")
    table.figure("other networks", "; ".join(f"{row[0]} {row[every]} ×" for row in table.rows[1:]))
    return table


def _shapes(customers: int) -> dict[str, tuple[np.ndarray, ...]]:
    """Networks by what they are called: referrers, referees, and credits where they are shared."""
    rng = np.random.default_rng(5)
    referrer, referee, _ = forest(customers)
    mixed = rng.permutation(customers)
    later = np.arange(1, customers)
    sooner = np.maximum(later - 1 - rng.exponential(0.1 * customers, len(later)).astype(np.int64), 0)
    second = np.maximum(referee - 1 - rng.integers(0, customers // 10, len(referee)), 0)
    shared = (rng.random(len(referee)) < 0.5) & (second != referrer)
    both = np.concatenate([referrer, second[shared]]), np.concatenate([referee, referee[shared]])
    credit = np.concatenate([np.where(shared, 0.5, 1.0), np.full(shared.sum(), 0.5)])
    return {
        "as above": (referrer, referee),
        "numbers in no order": (mixed[referrer], mixed[referee]),
        "everybody referred": (sooner, later),
        "everybody referred, numbers in no order": (mixed[sooner], mixed[later]),
        _SHARED: (mixed[both[0]], mixed[both[1]], credit),
    }


def _quoted(table: Table, times: dict[str, list[float]], gather: float) -> None:
    every = times["all hops, decay 0.5"]
    table.figure("all hops", f"{statistics.median(every) / gather:.2f} × one gather")
    given, one = times["eight at once, into memory given"], times["6 hops, into memory given"]
    fresh, alone = times["eight (hops, decay) at once"], times["6 hops, decay 0.5"]
    into, new = (statistics.median(a) / statistics.median(b) for a, b in ((given, one), (fresh, alone)))
    best = min(fresh) / min(alone)
    table.figure(
        "eight at once",
        f"{into:.1f} × into memory that is given, {new:.1f} × (at best {best:.1f}) into new memory; by two threads, "
        "one alone by one",
    )


def _work(
    referrer: np.ndarray, referee: np.ndarray, value: np.ndarray, *, each_hop: bool
) -> dict[str, Callable[[], Any]]:
    customers = len(value)
    order = np.random.default_rng(3).permutation(customers)
    network = Network(referrer, referee, nodes=customers, compiled=True)
    held = np.zeros((len(EIGHT), customers))
    work: dict[str, Callable[[], Any]] = {
        "one random gather": lambda: value[order],
        "all hops, decay 0.5": lambda: network.influence(value, hops=None),
        "all hops, exact": lambda: network.influence(value, hops=None, decay=1.0),
        "6 hops, decay 0.5": lambda: network.influence(value, hops=6),
        "eight (hops, decay) at once": lambda: network.influences(value, EIGHT),
        "6 hops, into memory given": lambda: network.influences(value, [(6, 0.5)], out=held[:1]),
        "eight at once, into memory given": lambda: network.influences(value, EIGHT, out=held),
        "heads below": network.downline,
        "conserved credit": lambda: network.conserved(value),
        "trees": network.tree_of,
        "ordering": lambda: Network(referrer, referee, nodes=customers, compiled=True),
    }
    for hops in range(1, 13) if each_hop else ():
        work[f"{hops} hops"] = partial(network.influence, value, hops=hops)
    return work


def footprint(customers: int = max(_SIZES)) -> Table:
    """The peak of memory of each stage (VmHWM of /proc), in a process for each network; bytes a customer."""
    table = Table(f"Memory, {customers:,} customers", ("stage", "at most, bytes a customer", "after it"))
    for stages in _STAGES:
        told = [sys.executable, "-m", "bench.kernels", str(customers), stages]
        done = subprocess.run(told, check=True, capture_output=True, text=True)
        for row in done.stdout.splitlines():
            table.row(*row.split("\t"))
    peaks = [float(row[1]) for row in table.rows if not row[0].startswith("given")]
    table.figure("memory", f"{min(peaks):.0f} to {max(peaks):.0f} bytes a customer at most, stage by stage")
    return table


def _one_referrer(customers: int) -> None:
    referrer, referee, value = forest(customers)
    stage = _watched(customers, [referrer, referee, value])
    network = stage("ordering", lambda: Network(referrer, referee, nodes=customers))
    stage("all hops, its result included", lambda: network.influence(value, hops=None))
    stage("6 hops, its result included", lambda: network.influence(value))
    stage("eight at once, 64 of it results", lambda: network.influences(value, EIGHT))
    stage("conserved credit", lambda: network.conserved(value))
    stage("trees", network.tree_of)
    stage("heads below", network.downline)
    chance = np.full(customers, 0.1)
    stage("downstream at risk", lambda: network.at_risk(value, chance))


def _two_referrers(customers: int) -> None:
    *edges, value = _shapes(customers)[_SHARED] + (forest(customers)[2],)
    stage = _watched(customers, [*edges, value])
    network = stage(f"ordering, {_SHARED}", lambda: Network(*edges, nodes=customers))
    stage("all hops of those", lambda: network.influence(value, hops=None))
    stage("6 hops of those", lambda: network.influence(value))
    stage("distinct people below those", network.downline)


_STAGES = {"one": _one_referrer, "two": _two_referrers}


def _watched(customers: int, given: list[np.ndarray]) -> Callable[[str, Callable[[], Any]], Any]:
    """Prints what is given, and then of each stage what it takes beyond that."""
    for size in (200_000, customers):  # numba and its code, which are no customer's
        Network([0], [1], nodes=size).influences(np.zeros(size, dtype=np.int64), EIGHT[:2])
    before = status("VmRSS")
    bytes_each = sum(each.nbytes for each in given) / customers
    print(f"given: values and edges, int64 (not in those below)\t{bytes_each:.1f}\t{bytes_each:.1f}")

    def stage(name: str, run: Callable[[], Any]) -> Any:
        Path("/proc/self/clear_refs").write_text("5")  # the peak begins anew
        made = run()
        peak, rest = ((status(what) - before) / customers for what in ("VmHWM", "VmRSS"))
        print(f"{name}\t{peak:.1f}\t{rest:.1f}")
        return made

    return stage


if __name__ == "__main__":
    _STAGES[sys.argv[2]](int(sys.argv[1]))
