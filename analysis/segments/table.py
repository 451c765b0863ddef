"""Which segments are worth little and bring much: every level of every attribute against the rest.

Definitions: the definitions page, 'Segments'. A difference is tested with standard errors that are robust to
trees: people of one tree are alike, so what varies independently is the tree.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd
from pandas.api import types
from scipy.optimize import isotonic_regression
from scipy.stats import false_discovery_control, t

from refnet.core.errors import InputError
from refnet.core.money import show

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

MOST_LEVELS = 50
"""A column with more levels than this, or than a twentieth of the customers, tells customers apart."""

COLUMNS = [
    "attribute",
    "level",
    "customers",
    "share_of_customers",
    "mean_cltv",
    "mean_cltv_rest",
    "cltv_difference",
    "cltv_interval",
    "referral_value_per_customer",
    "referral_value_per_customer_rest",
    "referral_difference",
    "interval",
    "share_of_value",
    "p_value",
    "q_value",
    "reported",
    "hidden_value",
    "reading",
]


class Difference(NamedTuple):
    """A mean in a segment and in the rest, their difference, its 95 % interval, one-sided p-values."""

    inside: float
    outside: float
    difference: float
    low: float
    high: float
    p_lower: float
    p_higher: float


def segment_table(
    attributes: pd.DataFrame,
    cltv: npt.ArrayLike,
    referral_value: npt.ArrayLike,
    tree: npt.ArrayLike,
    *,
    minimum: int = 50,
    q: float = 0.05,
    currency: str = "EUR",
) -> pd.DataFrame:
    """Every level of every attribute: is its CLTV lower, *and* its referral value higher, than the rest's?

    Args:
        attributes: n rows; columns of words, categories or truth values. Numbers, dates, and columns with
            more than 50 levels (or n/20, but two always may be) are skipped. Customers of whom an attribute
            is not known are neither in its levels nor in their rest.
        cltv: shape (n,), in currency; NaN is not known, and left out of means of CLTV and of hidden value.
        referral_value: shape (n,), influence in currency; NaN counts as not known.
        tree: shape (n,), integers, the tree of each.
        minimum: levels with fewer customers are 'too little data'.
        q: false-discovery rate over all rows that were tested.
        currency: of the amounts, for `reading`.

    Returns:
        One row per attribute and level, the best evidence first. `cltv_difference` and `referral_difference`
        are level less rest, `cltv_interval` and `interval` are their 95 % intervals as [low, high]; `p_value`
        is for both at once: the larger of the two one-sided p-values (intersection–union test, R. L. Berger
        1982); `q_value` is Benjamini and Hochberg's over all tested rows; `reported` is q_value ≤ q;
        `hidden_value` is referral value per customer above what is expected at their CLTV (isotonic
        regression over all customers); NaN is not known. `.attrs["skipped"]` names each skipped column and
        why.

    Raises:
        InputError: numbers of rows differ.

    Standard errors sum each customer's part in the difference within its tree, then square (K.-Y. Liang and
    S. L. Zeger 1986, factor G/(G−1) for G trees); Student's t has one degree of freedom less than the smaller
    side has trees, so that a segment of few trees is not taken for many customers.

    Complexity: O(n log n + levels · n).

    """
    worth, brought = np.asarray(cltv, dtype=np.float64), np.asarray(referral_value, dtype=np.float64)
    trees = np.asarray(tree)
    if not (worth.shape == brought.shape == trees.shape == (len(attributes),)):
        raise InputError("Attributes, CLTV, referral value and trees are not of equally many customers.")
    cluster = np.unique(trees, return_inverse=True)[1].astype(np.int64)
    hidden = _hidden(worth, brought)
    total = float(np.nansum(brought))
    rows: list[dict[str, Any]] = []
    skipped: dict[str, str] = {}
    for name in attributes.columns:
        reason = _unfit(attributes[name])
        if reason:
            skipped[str(name)] = reason
            continue
        code, levels = pd.factorize(attributes[name], sort=True)
        for number, level in enumerate(levels):
            inside = np.asarray(code == number)
            row: dict[str, Any] = dict.fromkeys(COLUMNS, np.nan) | {
                "attribute": name,
                "level": level,
                "customers": int(inside.sum()),
                "share_of_customers": float(inside.mean()),
                "share_of_value": float(np.nansum(brought[inside])) / total if total else np.nan,
                "cltv_interval": None,
                "interval": None,
                "reported": False,
            }
            if row["customers"] >= minimum:
                rest = np.asarray(code >= 0) & ~inside
                row |= _compared(inside, rest, worth, brought, cluster)
                row["hidden_value"] = _mean(hidden[inside])
            rows.append(row)
    table = pd.DataFrame(rows, columns=COLUMNS)
    tested = table["p_value"].notna()
    if tested.any():
        table.loc[tested, "q_value"] = false_discovery_control(
            table.loc[tested, "p_value"].to_numpy(dtype=np.float64)
        )
    table["reported"] = (table["q_value"] <= q).fillna(False).astype(bool)
    table["reading"] = [_reading(row, minimum, currency) for row in table.to_dict("records")]
    table = table.sort_values(["q_value", "p_value"], kind="stable", na_position="last", ignore_index=True)
    table.attrs["skipped"] = skipped
    return table


def _unfit(column: pd.Series[Any]) -> str:
    """Why a column makes no segments; '' if it does."""
    if types.is_bool_dtype(column):
        return ""
    if types.is_numeric_dtype(column):
        return "numbers"
    if types.is_datetime64_any_dtype(column) or types.is_timedelta64_dtype(column):
        return "dates"
    levels = column.nunique()
    if levels > min(MOST_LEVELS, max(2, len(column) / 20)):
        return f"{levels:,} different values"
    return "" if levels else "nothing known"


def _compared(inside: Flags, rest: Flags, worth: Floats, brought: Floats, cluster: Ints) -> dict[str, Any]:
    value = compare(worth, inside, rest, cluster)
    referral = compare(brought, inside, rest, cluster)
    return {
        "mean_cltv": value.inside,
        "mean_cltv_rest": value.outside,
        "cltv_difference": value.difference,
        "cltv_interval": None if np.isnan(value.low) else [value.low, value.high],
        "referral_value_per_customer": referral.inside,
        "referral_value_per_customer_rest": referral.outside,
        "referral_difference": referral.difference,
        "interval": None if np.isnan(referral.low) else [referral.low, referral.high],
        "p_value": float(np.maximum(value.p_lower, referral.p_higher)),
    }


def compare(values: Floats, inside: Flags, rest: Flags, cluster: Ints) -> Difference:
    """The mean of `values` inside less that of the rest, robust to clusters; NaN takes no part.

    Args:
        values: shape (n,).
        inside: shape (n,).
        rest: shape (n,), nobody of them inside.
        cluster: shape (n,), numbers from 0.

    Interval and p-value are NaN where one side is empty or has one cluster only, or where nothing varies.
    O(n).

    """
    known = ~np.isnan(values)
    ours, theirs = inside & known, rest & known
    mean, other = _mean(values[ours]), _mean(values[theirs])
    part = np.zeros(values.size)
    if ours.any():
        part[ours] = (values[ours] - mean) / ours.sum()
    if theirs.any():
        part[theirs] = -(values[theirs] - other) / theirs.sum()
    unknown = Difference(mean, other, mean - other, np.nan, np.nan, np.nan, np.nan)
    sides = [int(np.unique(cluster[side]).size) for side in (ours, theirs)]
    if min(sides) < 2:
        return unknown
    by_cluster = np.bincount(cluster, weights=part)
    groups = int(np.unique(cluster[ours | theirs]).size)
    error = float(np.sqrt(groups / (groups - 1) * (by_cluster @ by_cluster)))
    if error == 0.0:
        return unknown
    freedom = min(sides) - 1
    reach = float(t.ppf(0.975, freedom)) * error
    difference = mean - other
    statistic = difference / error
    lower, higher = float(t.cdf(statistic, freedom)), float(t.sf(statistic, freedom))
    return Difference(mean, other, difference, difference - reach, difference + reach, lower, higher)


def _hidden(worth: Floats, brought: Floats) -> Floats:
    """Referral value above what is expected at one's CLTV, shape (n,); NaN where either is not known."""
    result = np.full(worth.size, np.nan)
    known = ~(np.isnan(worth) | np.isnan(brought))
    if not known.any():
        return result
    # Equal CLTV, equal expectation: one point of the regression with as much weight.
    level, place, heads = np.unique(worth[known], return_inverse=True, return_counts=True)
    means = np.bincount(place, weights=brought[known], minlength=level.size) / heads
    expected = isotonic_regression(means, weights=heads.astype(np.float64)).x
    result[known] = brought[known] - expected[place]
    return result


def _mean(values: Floats) -> float:
    known = values[~np.isnan(values)]
    return float(known.mean()) if known.size else float("nan")


def _reading(row: dict[Any, Any], minimum: int, currency: str) -> str:
    who = f"{row['attribute']} = {row['level']}"
    customers = row["customers"]
    if customers < minimum:
        return f"{who}: too little data ({customers:,} customers, {minimum:,} are needed)."
    if np.isnan(row["p_value"]):
        return f"{who}: no difference can be tested ({customers:,} customers)."
    worth = _against(row["cltv_difference"], row["cltv_interval"], "lower", "higher", currency)
    brings = _against(row["referral_difference"], row["interval"], "less", "more", currency)
    verdict = (
        "Low value, high referral" if row["reported"] else "Not a segment of low value and high referral"
    )
    return (
        f"{who}: {customers:,} customers ({row['share_of_customers']:.0%}) have a mean CLTV {worth} "
        f"than the rest and each bring {brings}, {_share(row['share_of_value'])} of all referral value. "
        f"{verdict} (q = {row['q_value']:.2g})."
    )


def _against(difference: float, interval: list[float], less: str, more: str, currency: str) -> str:
    side, sign = (less, -1) if difference < 0 else (more, 1)
    low, high = (show(end, currency) for end in sorted(sign * end for end in interval))
    return f"{show(abs(difference), currency)} {side} (95 % interval {low} to {high})"


def _share(share: float) -> str:
    return "–" if np.isnan(share) else f"{share:.0%}"
