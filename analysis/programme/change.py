"""Before and after a date: the referral share of new customers, compared at equal days of the week."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

import numpy as np

from refnet.analysis.programme.estimates import FEWEST, FEWEST_WEEKS, same_weekdays
from refnet.analysis.programme.intervals import share


def before_after(days: Sequence[dict[str, Any]], launch: date) -> dict[str, Any]:
    """The share before a day and from it on.

    Args:
        days: rows of `programme/share-by-day`: day, of, count.
        launch: the first day after.

    Returns:
        date; before, after, as `share` has them; difference, as `same_weekdays` has it; verdict: significant, not
        significant, too little data; reading, in one sentence.
    """
    day = np.array([row["day"] for row in days], dtype="datetime64[D]").astype(np.int64)
    count = np.array([row["count"] for row in days], dtype=np.int64)
    of = np.array([row["of"] for row in days], dtype=np.int64)
    at = int(np.datetime64(launch).astype("datetime64[D]").astype(np.int64))
    found = same_weekdays(day, count, of, at)
    verdict = found.pop("verdict")
    before, after = (share(int(count[side].sum()), int(of[side].sum())) for side in (day < at, day >= at))
    return {
        "date": launch.isoformat(),
        "before": before,
        "after": after,
        "difference": found,
        "verdict": verdict,
        "reading": _reading(launch, before, after, found, verdict),
    }


def _reading(
    launch: date, before: dict[str, Any], after: dict[str, Any], found: dict[str, Any], verdict: str
) -> str:
    if verdict == "too little data":
        return (
            f"Too little data to compare before and after {launch}: {before['of']:,} and {after['of']:,} new customers "
            f"in {found['weeks'][0]:,} and {found['weeks'][1]:,} weeks; {FEWEST} in {FEWEST_WEEKS} weeks are needed "
            "on each side."
        )
    low, high = (100 * end for end in found["interval"])
    told = (
        f"a change of {100 * found['value']:+.1f} points at equal days of the week (95 % interval {low:+.1f} to "
        f"{high:+.1f}, p {_p(found['p_value'])})"
    )
    shares = f"{before['value']:.1%} before {launch} and {after['value']:.1%} from it on"
    if verdict == "significant":
        return f"Significant: of new customers {shares} were brought by customers, {told}."
    return (
        f"Not significant: of new customers {shares} were brought by customers, {told}; "
        "no change and one of that size both fit the data."
    )


def _p(value: float) -> str:
    return "< 0.001" if value < 0.001 else f"= {value:.3f}"
