"""How a measured row is printed."""

from __future__ import annotations

import statistics


def line(name: str, seconds: list[float], ratio: float, note: str = "") -> None:
    """One row: median and least time, a ratio of medians within this run, and what it is a ratio of."""
    print(
        f"  {name:<40} {statistics.median(seconds):10.4f} s  (least {min(seconds):.4f})  {ratio:10.2f} {note}"
    )
