"""The usual gap between two orders: of whom nobody says when they left, silence tells, and how long is too long."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
import numpy.typing as npt

Floats: TypeAlias = npt.NDArray[np.float64]

MULTIPLE = 3.0
"""Of the usual gap: no order for longer, and somebody has left."""


def usual_gap(first: Floats, last: Floats, orders: npt.NDArray[np.number]) -> float | None:
    """Days from an order to the next: the median over customers of each one's mean. None: nobody came again.

    Args:
        first, last: days, each customer's first and last order, shape (n,); NaN where there is none.
        orders: how many each has placed.
    """
    again = (np.asarray(orders) >= 2) & (last > first)
    gaps = (last[again] - first[again]) / (np.asarray(orders)[again] - 1)
    return float(np.median(gaps)) if gaps.size else None
