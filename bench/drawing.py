"""The picture of what influence costs by customers and by hops, docs/images/influence-cost.svg.

Drawn by matplotlib in the environment of the peers: refnet does not need it. Run as a program there it reads the
medians (JSON) and writes the picture.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

PICTURE = Path(__file__).parents[1] / "docs" / "images" / "influence-cost.svg"
_LINES = {
    "ordering": ("ordering, once", "#555555"),
    "one random gather": ("one random gather", "#9a9a9a"),
    "6 hops, decay 0.5": ("6 hops", "#1b6ca8"),
    "all hops, decay 0.5": ("all hops", "#d1495b"),
}


def costs(
    home: Path, medians: dict[int, dict[str, float]], sizes: Sequence[int], picture: Path = PICTURE
) -> None:
    """Draw seconds (median) of each size's ways, and of each limit of hops at the largest size."""
    from bench.peering import environment  # not there where this is a program

    largest = medians[max(sizes)]
    told = {
        "sizes": {name: [medians[n][name] / n * 1e9 for n in sizes] for name in _LINES},
        "customers": list(sizes),
        "hops": [largest[f"{k} hops"] * 1e3 for k in range(1, 13)],
        "all": largest["all hops, decay 0.5"] * 1e3,
        "gather": largest["one random gather"] * 1e3,
    }
    subprocess.run(
        [str(environment(home)), "-P", str(Path(__file__)), str(picture)],
        input=json.dumps(told),
        text=True,
        check=True,
    )


def _draw(told: dict[str, Any], picture: str) -> None:
    import matplotlib as mpl

    mpl.use("svg")
    # Text as paths: the same on every machine that looks at it; without a date, so that it changes only when it does.
    mpl.rcParams.update(
        {
            "svg.hashsalt": "refnet",
            "font.size": 10,
            "axes.spines.top": False,
            "axes.spines.right": False,
        }
    )
    from matplotlib import pyplot as plt

    figure, (by_size, by_hops) = plt.subplots(1, 2, figsize=(9.6, 3.6), layout="constrained")
    for name, (called, colour) in _LINES.items():
        costs_of = told["sizes"][name]
        by_size.plot(told["customers"], costs_of, marker="o", markersize=4, color=colour)
        by_size.annotate(
            called, (told["customers"][-1], costs_of[-1]), (8, 0), textcoords="offset points", va="center",
            color=colour,
        )  # fmt: skip
    by_size.set(xscale="log", ylim=(0, None), xlabel="customers", ylabel="nanoseconds a customer")
    by_size.set_title("By customers", loc="left", fontsize=11)
    by_size.set_xticks(told["customers"], [f"{n:,}" for n in told["customers"]])
    by_size.set_xlim(told["customers"][0] / 1.3, told["customers"][-1] * 9)
    hops = range(1, len(told["hops"]) + 1)
    by_hops.plot(hops, told["hops"], marker="o", markersize=4, color=_LINES["6 hops, decay 0.5"][1])
    for name, called in (("all", "all hops"), ("gather", "one random gather")):
        colour = "#d1495b" if name == "all" else "#9a9a9a"
        by_hops.axhline(told[name], color=colour, linewidth=1, linestyle="--")
        by_hops.annotate(called, (1, told[name]), (0, -12), textcoords="offset points", color=colour)
    by_hops.set(ylim=(0, None), xlabel="hops, at most", ylabel="milliseconds", xticks=list(hops))
    by_hops.set_title(f"By hops, {told['customers'][-1]:,} customers", loc="left", fontsize=11)
    figure.savefig(picture, metadata={"Date": None})


if __name__ == "__main__":
    _draw(json.load(sys.stdin), sys.argv[1])
