"""How long a cycle of the snowball takes: from joining to the first invitation that became a customer."""

from __future__ import annotations

from typing import Any

import numpy as np

from refnet.analysis.programme.estimates import FEWEST, time_until
from refnet.analysis.programme.facts import Facts, Flags

HORIZON_DAYS = 365


def cycle_time(facts: Facts, who: Flags) -> dict[str, Any]:
    """Of some customers, all that the data see of them; those who have not yet are censored at the end of the data.

    Args:
        facts: of the programme.
        who: shape (n,).

    Returns:
        What `time_until` gives, in whole days; `reading` in one sentence.
    """
    known = who & (facts.joined <= facts.until)
    first = facts.first_success[known]
    seen = ~np.isnan(first)
    days = np.where(seen, first, facts.until) - facts.joined[known]
    # Whole days begun, as duration.inDays counts them in Cypher.
    found = time_until(np.maximum(np.floor(days + 1e-6), 0.0), seen, horizon=HORIZON_DAYS)
    return {**found, "reading": _reading(found)}


def _reading(found: dict[str, Any]) -> str:
    of, count = found["of"], found["count"]
    if of < FEWEST:
        return f"Too little data: {of:,} customers, {FEWEST} are needed."
    if not count:
        return f"None of {of:,} customers has brought anybody by an invitation yet."
    share = found["within_horizon"]
    told = (
        ""
        if share["value"] is None
        else f" Within {found['horizon_days']:,} days {share['value']:.1%} do"
        + ("" if share["interval"] is None else f" ({_between(share['interval'])})")
        + ("." if found["half_days"] is None else f", half of them by day {found['half_days']:,.0f}.")
    )
    if found["median_days"] is None and share["value"] is None:
        return (
            f"{count:,} of {of:,} customers have brought somebody by an invitation so far; nobody is watched for "
            f"{found['horizon_days']:,} days yet, so how many ever will is not known."
        )
    if found["median_days"] is None:
        return (
            f"Fewer than half of customers ever bring somebody by an invitation, so there is no median.{told}"
        )
    low, high = found["interval"]
    return (
        f"Half of the customers have brought somebody {found['median_days']:,.0f} days after joining (95 % interval "
        f"{_days(low)} to {_days(high)}).{told}"
    )


def _days(value: float | None) -> str:
    return "not reached" if value is None else f"{value:,.0f}"


def _between(interval: list[float]) -> str:
    return f"95 % interval {interval[0]:.1%} to {interval[1]:.1%}"
