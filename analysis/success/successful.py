"""The successful: who they are, where they came from, what they have in common, what they did first."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from refnet.analysis.programme.intervals import share as share_of
from refnet.analysis.segments.cells import Measured, Trees
from refnet.analysis.success.first_actions import first_actions
from refnet.analysis.success.health import Health
from refnet.analysis.success.lift import lifts
from refnet.analysis.success.record import Floats, Levels, Record
from refnet.analysis.success.traits import MINIMUM, RATE, traits

By = Literal["score", "label", "value"]

ORIGINS = ("channel", "landing_page", "niche", "affiliate", "brought_by", "referrer_successful")
USE_CASE = "use_case"
EXPLAINS = ("joinedAt",)
"""How long they have been there: it explains a trait, and is none."""

GOOD = ("green", "healthy", "good")
"""Labels of the CRM that mean success, unless told otherwise."""

SETTLED_DAYS = 90
"""Younger customers are not looked at: they have not had the time."""

BEST = 0.2
"""By value: so large a part of the customers, those with the highest CLTV."""

_PART_OF_SCORE = {"crm_role": "crmRole"}


def successes(
    record: Record, health: Health, *, by: By = "score", labels: Collection[str] = GOOD
) -> tuple[Floats, str]:
    """Who is successful, shape (n,), 1 or 0, NaN: not looked at; and what that means, in words.

    By score: at or above green; who has left is not, who has too little known is not looked at. By label: those with a
    label. By value: the fifth with the highest CLTV. Each way only who joined at least SETTLED_DAYS ago.
    """
    settled = ~(record.joined > record.until - SETTLED_DAYS)
    if by == "label":
        good = {label.lower() for label in labels}
        label = np.array(
            [None if one is None else str(one).lower() in good for one in record.label], dtype=object
        )
        found = np.array([np.nan if one is None else float(one) for one in label])
        words = f"a health label of {' or '.join(sorted(good))}"
    elif by == "value":
        known = settled & ~np.isnan(record.cltv)
        edge = float(np.quantile(record.cltv[known], 1 - BEST)) if known.any() else np.nan
        found = np.where(np.isnan(record.cltv), np.nan, (record.cltv > edge).astype(np.float64))
        words = f"a CLTV above {edge:,.2f}, the highest {BEST:.0%}"
    else:
        found = np.where(
            np.isnan(health.score), np.nan, (health.score >= health.weights.green).astype(np.float64)
        )
        found[record.lost <= record.until] = 0.0
        words = f"a health score of {health.weights.green:g} or more ({health.weights.version}); who has left is not"
    found[~settled] = np.nan
    return found, f"{words}; customers of at least {SETTLED_DAYS} days"


def origins(record: Record, success: Floats, *, minimum: int = MINIMUM) -> pd.DataFrame:
    """Where each came from, a column for each of ORIGINS and USE_CASE; what is rare is put together."""
    affiliate = np.where(_known(record.page_affiliate), record.page_affiliate, record.brought_by)
    by = np.full(len(record), "nobody", dtype=object)
    by[_known(affiliate)] = "affiliate"
    by[record.referrer >= 0] = "customer"
    referrer = np.full(len(record), None, dtype=object)
    told = record.referrer >= 0
    referrer[told] = np.select(
        [success[record.referrer[told]] == 1, success[record.referrer[told]] == 0],
        ["a successful customer", "another customer"],
        "a customer not looked at",
    )
    columns: dict[str, Levels] = {
        "channel": record.channel,
        "landing_page": record.page,
        "niche": record.niche,
        "affiliate": np.where(_known(affiliate), affiliate, "(none)"),
        "brought_by": by,
        "referrer_successful": referrer,
        USE_CASE: record.use_case,
    }
    taken = ~np.isnan(success)
    return pd.DataFrame(
        {name: _common(column, taken, minimum) for name, column in columns.items()}, dtype=object
    )


def _known(column: Levels) -> npt.NDArray[np.bool_]:
    return np.array([one is not None for one in column], dtype=bool)


def _common(column: Levels, taken: npt.NDArray[np.bool_], minimum: int) -> Levels:
    """What fewer have than the minimum becomes (others), where there would be too many levels for a table."""
    counts = pd.Series(column[taken]).value_counts()
    if len(counts) <= 50:
        return column
    keep = set(counts[counts >= minimum].index[:49])
    return np.array([one if one is None or one in keep else "(others)" for one in column], dtype=object)


def successful(
    record: Record,
    health: Health,
    attributes: pd.DataFrame,
    tree: npt.ArrayLike,
    *,
    by: By = "score",
    labels: Collection[str] = GOOD,
    segment: str | None = None,
    days: int = 60,
    minimum: int = MINIMUM,
) -> dict[str, Any]:
    """Everything about the successful as plain values; what cannot be known is None.

    Args:
        record: of the customers. health: their scores.
        attributes: n rows, in the same order: what is known of customers (plan, country, your own columns).
        tree: shape (n,), integers, the tree of each.
        by: by score, by the CRM's label or by value; labels: those that mean success.
        segment: an attribute, by whose levels success and its origins are told again.
        days: how many days from joining first actions are looked at.
        minimum: levels with fewer customers are too little data.

    Returns:
        definition, by, customers (looked at), successful, share, looked_at {attributes, levels, tested}, skipped,
        origins, use_cases, traits (rows as `traits` has them), referrers, first_actions, segments; `reading`.
    """
    success, words = successes(record, health, by=by, labels=labels)
    came = origins(record, success, minimum=minimum)
    circular = _circular(health, by)
    own = attributes.drop(columns=[name for name in (*circular, *came.columns) if name in attributes.columns])
    explains = own[[name for name in own.columns if name in EXPLAINS]]
    own = own.drop(columns=[name for name in own.columns if name in (*EXPLAINS, "healthLabel")])
    both = pd.concat([came.reset_index(drop=True), own.reset_index(drop=True)], axis=1)
    found = traits(both, success, tree, record.cltv, explains=explains, minimum=minimum, rate=RATE)
    taken = ~np.isnan(success)
    count, good = int(taken.sum()), int(np.nansum(success))
    rows = found.rows
    outcome = {
        "definition": words,
        "by": by,
        "version": health.weights.version if by == "score" else None,
        "customers": count,
        "successful": good,
        "share": _share(success, np.asarray(tree)),
        "looked_at": {"attributes": both.shape[1] - len(found.skipped), "levels": found.levels, "tested": found.tested},
        "skipped": {**found.skipped, **dict.fromkeys(circular, "part of the score")},
        "origins": [row for row in rows if row["attribute"] in ORIGINS],
        "use_cases": [row for row in rows if row["attribute"] == USE_CASE],
        "traits": [row for row in rows if row["attribute"] not in (*ORIGINS, USE_CASE)],
        "referrers": _referrers(record, success),
        "first_actions": first_actions(
            record, success, tree, days=days, lookback_days=health.weights.lookback_days if by == "score" else 0.0
        ),
        "segments": None if segment is None else _segments(both, segment, success, tree, record, minimum),
    }  # fmt: skip
    return outcome | {"reading": _reading(outcome)}


def _circular(health: Health, by: By) -> list[str]:
    """Attributes that the score is made from: that they go with it says nothing."""
    if by == "label":
        return []
    return [_PART_OF_SCORE[one.name] for one in health.weights.signals if one.name in _PART_OF_SCORE]


def _share(success: Floats, tree: npt.NDArray[Any]) -> dict[str, Any]:
    from refnet.analysis.programme.estimates import ratio_of_sums

    taken = ~np.isnan(success)
    if not taken.any():
        return {"value": None, "interval": None}
    place = np.unique(tree[taken], return_inverse=True)[1]
    found = ratio_of_sums(success[taken], np.ones(int(taken.sum())), place)
    return {"value": found["value"], "interval": found["interval"]}


def _referrers(record: Record, success: Floats, most: int = 20, fewest: int = 3) -> list[dict[str, Any]]:
    """Who has brought the most successful customers: [{customer_id, name, brought, successful, share}].

    The share's interval is Wilson's: whom one person brings is one tree, so that no test against the rest is told.
    """
    told = (record.referrer >= 0) & ~np.isnan(success)
    of = np.bincount(record.referrer[told], minlength=len(record))
    good = np.bincount(record.referrer[told], weights=success[told], minlength=len(record)).astype(np.int64)
    ranked = np.lexsort((record.ids.astype(str), of, -good))
    ranked = ranked[(of[ranked] >= fewest) & (good[ranked] > 0)][:most]
    rows = []
    for number in ranked.tolist():
        one = share_of(int(good[number]), int(of[number]))
        rows.append(
            {
                "customer_id": record.ids[number],
                "name": record.name[number],
                "brought": int(of[number]),
                "successful": int(good[number]),
                "share": {"value": one["value"], "interval": one["interval"]},
            }
        )
    return rows


def _segments(
    columns: pd.DataFrame, by: str, success: Floats, tree: npt.ArrayLike, record: Record, minimum: int
) -> dict[str, Any]:
    """Success in each level of an attribute, and which channel leads there beyond chance.

    Raises:
        UsageError: there is no such attribute, or it has no levels.
    """
    from refnet.analysis.segments.levels import levels_of
    from refnet.core.errors import UsageError

    names = {name.lower(): name for name in columns.columns}
    name = names.get(by.lower().replace("_", ""), names.get(by.lower()))
    if name is None:
        raise UsageError(f"There is no attribute {by}.", f"There are {', '.join(map(str, columns.columns))}.")
    made = levels_of(columns[name], str(name))
    if isinstance(made, str):
        raise UsageError(f"{name} has no levels: {made}.", "Choose another attribute.")
    trees = Trees(tree)
    lifted = lifts(Measured(success, trees).moments(made.code[trees.order], len(made.levels)))
    rows = []
    for cell in np.flatnonzero(lifted.customers > 0).tolist():
        here = np.where(made.code == cell, success, np.nan)
        origin = traits(columns[["channel"]], here, tree, record.cltv, minimum=minimum).rows
        leads = [row for row in origin if row["stands_out"] and (row["lift"] or 0) > 1]
        enough = lifted.customers[cell] >= minimum
        rows.append(
            {
                "level": str(made.levels[cell]),
                "customers": int(lifted.customers[cell]),
                "share": float(lifted.inside[cell]),
                "lift": float(lifted.lift[cell]) if enough and np.isfinite(lifted.lift[cell]) else None,
                "interval": [float(lifted.lift_low[cell]), float(lifted.lift_high[cell])]
                if enough and np.isfinite(lifted.lift_low[cell])
                else None,
                "leading_channel": leads[0]["level"] if leads else None,
                "leading_lift": leads[0]["lift"] if leads else None,
                "leading_interval": leads[0]["interval"] if leads else None,
            }
        )
    return {"by": str(name), "levels": rows}


def _reading(found: dict[str, Any]) -> str:
    if not found["customers"]:
        return "Nobody can be looked at: no customer has what success is told by."
    value, interval = found["share"]["value"], found["share"]["interval"]
    sure = f" (95 % interval {interval[0]:.1%} to {interval[1]:.1%})" if interval else ""
    said = (
        f"{found['successful']:,} of {found['customers']:,} customers are successful, {value:.1%}{sure}: "
        f"{found['definition']}."
    )
    leading = []
    for name in ("channel", "affiliate", "landing_page"):
        best = [
            row
            for row in found["origins"]
            if row["attribute"] == name and row["stands_out"] and not row["explained_by"] and row["lift"] > 1
        ]
        if best:
            one = max(best, key=lambda row: float(row["interval"][0]))
            low, high = one["interval"]
            words = f"{name.replace('_', ' ')} {one['level']}"
            leading.append(
                f"by {words} {one['lift']:.2f} times as many as over all ({low:.2f} to {high:.2f})"
            )
    if leading:
        said += f" They come, beyond chance, {', '.join(leading)}."
    else:
        said += " No channel, affiliate or landing page has more of them than chance explains."
    return said
