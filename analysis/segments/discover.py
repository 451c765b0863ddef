"""Which segments are worth little and bring much: every level of every attribute, and of every pair of them.

Definitions: docs/measures.md, 'Segments'. A segment is compared with everybody else by two tests at once, lower CLTV
and higher referral value; a pair also with the rest of each of its two levels, so that it is found for what it adds to
both. All that is looked at shares one false-discovery rate. What is found is tested again by exchanging labels between
trees, and then within every other attribute, which may explain it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from refnet.analysis.segments.hidden import hidden_value
from refnet.analysis.segments.levels import Levels, levels_of
from refnet.analysis.segments.search import Search, Segment
from refnet.analysis.segments.words import reading
from refnet.core.errors import InputError

COLUMNS = {
    "rule": object,
    "customers": np.int64,
    "share_of_customers": np.float64,
    "mean_cltv": np.float64,
    "mean_cltv_rest": np.float64,
    "cltv_difference": np.float64,
    "cltv_interval": object,
    "referral_value_per_customer": np.float64,
    "referral_value_per_customer_rest": np.float64,
    "referral_difference": np.float64,
    "interval": object,
    "share_of_value": np.float64,
    "p_value": np.float64,
    "q_value": np.float64,
    "reported": np.bool_,
    "hidden_value": np.float64,
    "hidden_interval": object,
    "explained_by": object,
    "explained_measure": object,
    "left": np.float64,
    "reading": object,
}


@dataclass(frozen=True)
class Discovery:
    """What was looked at and what was found.

    Attributes:
        table: a row for every level of every attribute, and for each pair that is reported, the best evidence first:
        `COLUMNS`. levels: of the attributes that make segments, in the order of customers.
        skipped: why an attribute makes no segments, by its name.
        looked_at: how many attributes, segments (levels, and pairs with a customer), and of them tested: as many as
            share the false-discovery rate.
    """

    table: pd.DataFrame
    levels: list[Levels]
    skipped: dict[str, str]
    looked_at: dict[str, int]


def discover(
    attributes: pd.DataFrame,
    cltv: npt.ArrayLike,
    referral_value: npt.ArrayLike,
    tree: npt.ArrayLike,
    *,
    pairs: bool = True,
    minimum: int = 50,
    q: float = 0.05,
    currency: str = "EUR",
    value_unit: str | None = None,
) -> Discovery:
    """Every segment: is its CLTV lower, *and* its referral value higher, than the rest's?

    Args:
        attributes: n rows; words, categories, truth values, numbers (cut into ranges), dates (into cohorts). Customers
            of whom an attribute is not known are neither in its levels nor in their rest. Columns of words with more
            than 50 levels (or n/20, but two always may be) are skipped.
        cltv: shape (n,), in currency; NaN is not known, and left out of means of CLTV and of hidden value.
        referral_value: shape (n,), influence in currency, or how many each has brought; NaN is not known.
        tree: shape (n,), integers, the tree of each.
        pairs: whether pairs of attributes are looked at, too.
        minimum: segments with fewer customers are 'too little data'.
        q: false-discovery rate over all that were tested.
        currency: of the amounts, for `reading`.
        value_unit: of the referral value there; unset: the currency; `customers` for numbers of referrals.

    Returns:
        `cltv_difference` and `referral_difference` are segment less rest, with their 95 % intervals as [low, high] in
        `cltv_interval` and `interval`; `p_value` is for both at once: the larger of the one-sided p-values
        (intersection–union test, R. L. Berger 1982), for a pair of those against the rest of its levels, too (a pair
        that does not differ from everybody else by p ≤ q is not compared further); `q_value` is Benjamini and
        Hochberg's; `reported` is q_value ≤ q; `hidden_value` is referral value per customer above what is expected at
        their CLTV, with its 95 % interval; `explained_by` names an attribute within whose levels the difference
        (`explained_measure`: cltv or referral value) is not there: its pooled interval covers none and at most half of
        it is left (`left`, a fraction). NaN is not known.

    Raises:
        InputError: numbers of rows differ.

    Complexity: O(n) for each attribute and pair; memory some 60 bytes a customer beside what is given.

    """
    worth, brought = np.asarray(cltv, dtype=np.float64), np.asarray(referral_value, dtype=np.float64)
    if not worth.shape == brought.shape == np.shape(tree) == (len(attributes),):
        raise InputError("Attributes, CLTV, referral value and trees are not of equally many customers.")
    levels: list[Levels] = []
    skipped: dict[str, str] = {}
    for name in attributes.columns:
        found = levels_of(attributes[name], str(name))
        if isinstance(found, str):
            skipped[str(name)] = found
        else:
            levels.append(found)
    search = Search(levels, worth, brought, hidden_value(worth, brought), tree, minimum=minimum, q=q)
    segments = search.run(pairs=pairs)
    tested = sum(not np.isnan(one.p_value) for one in segments)
    total = float(np.nansum(brought))
    rows = []
    for one in sorted(segments, key=_evidence):
        reported = bool(one.q_value <= q)
        if reported or len(one.at) == 1:
            row = _row(one, levels, len(attributes), total, reported=reported)
            row |= search.explained(one) if reported else {}
            rows.append(row | {"reading": reading(row, minimum, currency, value_unit or currency)})
    # Columns of objects would take what is not there for a number.
    table = pd.DataFrame(
        {name: pd.Series([row[name] for row in rows], dtype=kind) for name, kind in COLUMNS.items()}
    )
    counts = {"attributes": len(levels), "segments": search.seen, "tested": tested}
    return Discovery(table, levels, skipped, counts)


def _evidence(one: Segment) -> tuple[bool, float, float]:
    """What comes first: what was tested, by q-value, then p-value."""
    untested = bool(np.isnan(one.p_value))
    return (True, 0.0, 0.0) if untested else (False, one.q_value, one.p_value)


def _row(
    one: Segment, levels: list[Levels], customers: int, total: float, *, reported: bool
) -> dict[str, Any]:
    unknown = (np.nan,) * 4
    worth, rest, lower, reach = one.cltv or unknown
    brings, rest_brings, more, reaches = one.referral or unknown
    hidden, around = one.hidden
    return dict.fromkeys(COLUMNS) | {
        "rule": {levels[attribute].name: levels[attribute].levels[level] for attribute, level in one.at},
        "customers": one.customers,
        "share_of_customers": one.customers / customers,
        "mean_cltv": worth,
        "mean_cltv_rest": rest,
        "cltv_difference": lower,
        "cltv_interval": _around(lower, reach),
        "referral_value_per_customer": brings,
        "referral_value_per_customer_rest": rest_brings,
        "referral_difference": more,
        "interval": _around(more, reaches),
        "share_of_value": one.brought / total if total else np.nan,
        "p_value": one.p_value,
        "q_value": one.q_value,
        "reported": reported,
        "hidden_value": hidden,
        "hidden_interval": _around(hidden, around),
        "left": np.nan,
    }


def _around(middle: float, reach: float) -> list[float] | None:
    return None if np.isnan(reach) else [middle - reach, middle + reach]
