"""Do those whom somebody brought leave once that one has left? Measured, as an association; not an effect.

Months at risk of customers whom a customer brought: in some their referrer had left before the month began, in the
others the referrer was still there. Both are compared within strata of the same month of joining and the same
calendar month, so that tenure and season are alike: Mantel and Haenszel's ratio of rates (S. Greenland and J. Robins
1985). What people of one tree have in common may make both leave: hence an association.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from scipy import stats

from refnet.analysis.programme.intervals import LEVEL
from refnet.analysis.success.churn.facts import Facts, Flags, Floats, Ints
from refnet.analysis.success.churn.leaving import Months, Spells

FEWEST_EVENTS, FEWEST_TREES = 10, 30


def association(facts: Facts, there: Spells, months: Months, tree: Ints) -> dict[str, Any]:
    """How much more often customers leave in months that begin after their referrer has left.

    Args:
        facts: of customers.
        there: when customers were there. months: at risk.
        tree: of each customer, shape (n,): people of one tree are alike.

    Returns:
        As `rate_ratio`: value, interval, p_value, trees, left {gone, there}, months {gone, there}, strata, reading.
    """
    referrer = facts.brought_by[months.who]
    some = referrer >= 0
    referrer, number, who = referrer[some], months.month[some], months.who[some]
    gone = ~_there(there, len(facts), months.starts)[number, referrer]
    # Who joined when is not known, or joined later than the referee, cannot be said to be gone.
    fair = facts.joined[referrer] < facts.joined[who]
    cohort = (
        np.floor(facts.joined[who])
        .astype(np.int64)
        .astype("datetime64[D]")
        .astype("datetime64[M]")
        .astype(np.int64)
    )
    stratum = np.unique(np.column_stack([cohort, number])[fair], axis=0, return_inverse=True)[1]
    found = rate_ratio(gone[fair], months.left[some][fair], stratum.reshape(-1), tree[who[fair]])
    return {**found, "reading": _reading(found)}


def rate_ratio(exposed: Flags, event: Flags, stratum: Ints, cluster: Ints) -> dict[str, Any]:
    """Mantel and Haenszel's ratio of rates, with an interval on the log scale that allows for clusters being alike.

    Σ a·n0/n over Σ b·n1/n for a of n1 exposed and b of n0 other months of each stratum. Each month adds to the
    estimating equation what it is off from what its stratum would have; these are summed within clusters (K.-Y.
    Liang and S. L. Zeger 1986, factor G/(G−1); Student's t).

    Args:
        exposed, event: of each month, shape (m,).
        stratum, cluster: integers from 0, shape (m,).

    Returns:
        value, interval, p_value; trees, months and left of the strata that have both kinds, strata, how many they are.
        The interval is None with fewer than FEWEST_EVENTS leavings on either side or FEWEST_TREES clusters.
    """
    strata = int(stratum.max(initial=-1)) + 1
    n1 = np.bincount(stratum[exposed], minlength=strata).astype(np.float64)
    n0 = np.bincount(stratum[~exposed], minlength=strata).astype(np.float64)
    both = (n1 > 0) & (n0 > 0)
    kept = both[stratum] if strata else np.zeros(0, dtype=bool)
    exposed, event, stratum, cluster = exposed[kept], event[kept], stratum[kept], cluster[kept]
    a = np.bincount(stratum[exposed & event], minlength=strata).astype(np.float64)
    b = np.bincount(stratum[~exposed & event], minlength=strata).astype(np.float64)
    total = np.maximum(n1 + n0, 1)
    above, below = float((a * n0 / total)[both].sum()), float((b * n1 / total)[both].sum())
    groups = int(np.unique(cluster).size)
    found: dict[str, Any] = {
        "value": above / below if below > 0 else None,
        "interval": None,
        "p_value": None,
        "trees": groups,
        "months": {"gone": int(exposed.sum()), "there": int((~exposed).sum())},
        "left": {"gone": int(a.sum()), "there": int(b.sum())},
        "strata": int(both.sum()),
    }
    if above <= 0 or below <= 0 or groups < FEWEST_TREES or min(a.sum(), b.sum()) < FEWEST_EVENTS:
        return found
    ratio = above / below
    rate = (a + b) / np.maximum(ratio * n1 + n0, 1e-300)
    weight = np.where(exposed, n0[stratum], -ratio * n1[stratum]) / total[stratum]
    off = weight * (event - np.where(exposed, ratio, 1.0) * rate[stratum])
    part = np.bincount(np.unique(cluster, return_inverse=True)[1].reshape(-1), weights=off)
    error = math.sqrt(groups / (groups - 1) * float(part @ part)) / above
    spread = float(stats.t.ppf(0.5 + LEVEL / 2, groups - 1)) * error
    found["interval"] = [ratio * math.exp(-spread), ratio * math.exp(spread)]
    found["p_value"] = float(2 * stats.t.sf(abs(math.log(ratio)) / error, groups - 1)) if error > 0 else None
    return found


def _there(there: Spells, customers: int, starts: Floats) -> Flags:
    """Whether each customer was there when each month began, shape (K, n)."""
    found = np.zeros((max(len(starts) - 1, 0), customers), dtype=bool)
    for number, begin in enumerate(starts[:-1]):
        found[number, there.who[there.there(float(begin))]] = True
    return found


def _reading(found: dict[str, Any]) -> str:
    gone, there = found["left"]["gone"], found["left"]["there"]
    after, before = found["months"]["gone"], found["months"]["there"]
    counted = f"{gone:,} of {after:,} customer-months after, {there:,} of {before:,} before"
    if found["interval"] is None:
        return f"too little data: {counted}"
    low, high = found["interval"]
    words = "more often" if low > 1 else "less often" if high < 1 else "no clear difference"
    return (
        f"after their referrer has left customers leave {found['value']:.2f} times as often ({low:.2f} to {high:.2f}), "
        f"{words}: {counted}, of the same months of joining; an association, not an effect"
    )
