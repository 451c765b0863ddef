"""Which first actions set the successful apart: what they did within their first days, and nothing later.

So that the future does not leak: only customers who were there through all of those days and joined so long ago that
what their score looks back at lies after them; and only those whose first days lie within what was recorded at all. LTV
has no date: it is the one signal that may count a first order, too.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from refnet.analysis.success.record import Events, Flags, Floats, Record
from refnet.analysis.success.traits import MINIMUM, traits


def first_actions(
    record: Record, success: Floats, tree: npt.ArrayLike, *, days: int, lookback_days: float
) -> dict[str, Any]:
    """The lift of success for each first action.

    Args:
        record: of the customers.
        success: shape (n,), 1 or 0, NaN: not looked at.
        tree: shape (n,), integers.
        days: from joining.
        lookback_days: how far back success looks, in days.

    Returns:
        days, joined_before (ISO day), customers, rows [{action, customers (who did), of (whose first days are known),
        share, share_rest, lift, interval, ratio, ratio_interval, p_value, q_value, stands_out, reading}], notes.
    """
    edge = record.until - days - lookback_days
    with np.errstate(invalid="ignore"):
        watched = (record.joined <= edge) & ~(record.lost < record.joined + days) & ~np.isnan(success)
    columns: dict[str, npt.NDArray[np.object_]] = {}
    notes: list[str] = []
    for name, (did, known) in _actions(record, days).items():
        here = watched & known
        if here.sum() < 2 * MINIMUM:
            notes.append(
                f"{name}: too little data ({int(here.sum()):,} customers whose first days are known)."
            )
            continue
        columns[name] = did.astype(object)
        columns[name][~here] = None
    found = traits(
        pd.DataFrame(columns, index=range(len(record))).convert_dtypes(),
        np.where(watched, success, np.nan),
        tree,
    )
    rows = []
    for row in found.rows:
        if row["level"] != "true":
            continue
        name = row["attribute"]
        kept = (
            "customers",
            "share",
            "share_rest",
            "lift",
            "interval",
            "ratio",
            "ratio_interval",
            "p_value",
            "q_value",
        )
        of = int(sum(one is not None for one in columns[name]))
        rows.append(
            {"action": name, "of": of, **{key: row[key] for key in kept}, "stands_out": row["stands_out"]}
        )
        rows[-1]["reading"] = _reading(rows[-1], days)
    day = str(np.datetime64(int(np.floor(edge)), "D")) if np.isfinite(edge) else None
    return {"days": days, "joined_before": day, "customers": int(watched.sum()), "rows": rows, "notes": notes}


def _actions(record: Record, days: int) -> dict[str, tuple[Flags, Flags]]:
    """Of each action who did it within the days, and of whom that is known; each of shape (n,)."""
    n, joined = len(record), record.joined

    def count(events: Events, rows: Any = slice(None)) -> npt.NDArray[np.int64]:
        who, at = events.who[rows], events.at[rows]
        soon = (at >= joined[who] - 1e-9) & (at < joined[who] + days)
        return np.bincount(who[soon], minlength=n)

    def known(events: Events) -> Flags:
        # What was not recorded yet when they joined cannot be told.
        return joined >= events.at.min() - 1 if len(events) else np.zeros(n, dtype=bool)

    more = np.isin(record.orders.kind.astype(str), ("upsell", "cross_sell"))
    kinds = np.asarray(record.orders.kind != None).any()  # noqa: E711 (of each)
    orders, tickets = count(record.orders), count(record.tickets)
    sign = record.first_sign
    brought = np.zeros(n, dtype=bool)
    told = record.referrer >= 0
    by = record.referrer[told]
    brought[by[record.brought_at[told] < joined[by] + days]] = True
    usage_since = np.inf if record.usage_since is None else record.usage_since
    signs = np.zeros(n, dtype=bool) if not (len(record.invitations) or told.any()) else np.ones(n, dtype=bool)
    return {
        "a second order": (orders >= 2, known(record.orders)),
        "a third order": (orders >= 3, known(record.orders)),
        "an upsell or cross-sell": (count(record.orders, more) > 0, known(record.orders) & kinds),
        "a ticket": (tickets >= 1, known(record.tickets)),
        "two tickets or more": (tickets >= 2, known(record.tickets)),
        "use of the product": (count(record.usage) > 0, joined >= usage_since),
        "an answer to a survey": (count(record.surveys) > 0, known(record.surveys)),
        "a first invitation": (sign < joined + days, signs),
        "a customer brought": (brought, told.any() & signs),
    }


def _reading(row: dict[str, Any], days: int) -> str:
    did = f"{row['action']} within {days} days ({row['customers']:,} of {row['of']:,} customers)"
    if row["interval"] is None:
        return f"{did}: too little data."
    low, high = row["ratio_interval"]
    said = (
        f"{did}: {row['share']:.1%} of them are successful, {row['share_rest']:.1%} of the others: {row['ratio']:.2f} "
        f"times as many (95 % interval {low:.2f} to {high:.2f})"
    )
    return f"{said}; beyond chance." if row["stands_out"] else f"{said}; that may be chance."
