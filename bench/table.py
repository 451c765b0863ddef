"""How a measured row is printed."""

from __future__ import annotations

import statistics


def line(name: str, seconds: list[float], against: list[float], note: str = "") -> None:
    """One row: median and least time, and the ratio of medians to what it is held against."""
    ratio = statistics.median(against) / statistics.median(seconds)
    print(
        f"  {name:<44} {statistics.median(seconds):9.4f} s  (least {min(seconds):.4f})  {ratio:10.2f} × {note}"
    )
