"""How many are still there after so many months: Kaplan and Meier's curves, by lifelines (`refnet[success]`)."""

from __future__ import annotations

from importlib.util import find_spec
from typing import Any

import numpy as np

from refnet.analysis.programme.estimates import FEWEST
from refnet.analysis.success.affiliates.facts import Flags, Floats

MISSING = "Survival curves need lifelines: pip install 'refnet[success]'."
_FEWEST_LEFT = 5


def available() -> bool:
    """Whether lifelines is installed."""
    return find_spec("lifelines") is not None


def curve(months: Floats, churned: Flags) -> list[dict[str, Any]] | None:
    """The share still there by month, with a pointwise band on the log–log scale (Greenwood's variance).

    Args:
        months: shape (n,), at risk of each.
        churned: shape (n,), whether they ended in leaving.

    Returns:
        [{month, value, interval, at_risk}] from 0 on, as long as five are there; None: lifelines is not there, or fewer
        than FEWEST customers.
    """
    if not available() or len(months) < FEWEST:
        return None
    from lifelines import KaplanMeierFitter

    fitted = KaplanMeierFitter(alpha=0.05).fit(months, churned)
    times = fitted.survival_function_.index.to_numpy()
    alive = fitted.survival_function_.iloc[:, 0].to_numpy()
    band = fitted.confidence_interval_.to_numpy()
    ordered = np.sort(months)
    found = []
    for month in range(int(ordered[-1]) + 1):
        left = len(ordered) - int(np.searchsorted(ordered, month, side="left"))
        if left < _FEWEST_LEFT:
            break
        place = int(np.searchsorted(times, month, side="right")) - 1
        low, high = (float(end) for end in band[place])
        found.append(
            {
                "month": month,
                "value": float(alive[place]),
                "interval": [low, high] if np.isfinite([low, high]).all() else None,
                "at_risk": left,
            }
        )
    return found
