"""From influence to what a CRM shows: percentile, band, quadrant; and the door for notebooks, `influence`.

Definitions: the definitions page, 'Influence' and 'Value'.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.stats import rankdata

from refnet.analysis.influence.network import Network
from refnet.core.errors import InputError
from refnet.core.money import exponent, to_minor

Floats = npt.NDArray[np.float64]
Words = npt.NDArray[np.object_]

HIGH_BAND, MEDIUM_BAND = 0.95, 0.75


def percentile(influence: npt.ArrayLike) -> Floats:
    """Mid-rank of each over all, shape (n,), in 0 … 100: 100 · (rank − ½) / n, equals sharing their mean
    rank.

    The mean over all is 50, whatever the ties. O(n log n).
    """
    values = np.asarray(influence)
    if not values.size:
        return np.zeros(0)
    return np.asarray(100.0 * (rankdata(values) - 0.5) / values.size, dtype=np.float64)


def bands(ecr_network: npt.ArrayLike, own: npt.ArrayLike, refers: npt.ArrayLike) -> Words:
    """Mention Me's ECR bands: 'high', 'medium', 'low', shape (n,), None where there is nothing to compare
    with.

    Network revenue against the own revenue of customers who refer nobody: high at or above what their top 5 %
    spend, medium at or above what their top 25 % spend, low below. Cut-offs are the linearly interpolated .95
    and .75 quantiles.

    Args:
        ecr_network: shape (n,), in currency; NaN is not known and gets None.
        own: shape (n,), the same currency; NaN takes no part in the cut-offs.
        refers: shape (n,), bool: brought at least one.

    Complexity: O(n).

    """
    network, revenue = np.asarray(ecr_network, dtype=np.float64), np.asarray(own, dtype=np.float64)
    plain = revenue[~np.asarray(refers, dtype=np.bool_) & ~np.isnan(revenue)]
    result = np.full(network.size, None, dtype=object)
    if not plain.size:
        return result
    high, medium = np.quantile(plain, [HIGH_BAND, MEDIUM_BAND])
    result[network < medium] = "low"
    result[network >= medium] = "medium"
    result[network >= high] = "high"
    return result


def quadrants(cltv: npt.ArrayLike, crv: npt.ArrayLike) -> Words:
    """Where each is on lifetime value × referral value (Kumar, Petersen and Leone 2007), shape (n,).

    'champions' (high, high), 'affluents' (high, low), 'hidden_advocates' (low, high), 'misers' (low, low).
    CLTV is high strictly above its median; referral value is high strictly above the median of those above
    zero, so that a customer who brought nothing is never high. None where either is NaN, not known.

    Args:
        cltv: shape (n,), in currency.
        crv: shape (n,), in currency.

    Complexity: O(n).

    """
    value, brought = np.asarray(cltv, dtype=np.float64), np.asarray(crv, dtype=np.float64)
    known = ~(np.isnan(value) | np.isnan(brought))
    result = np.full(value.size, None, dtype=object)
    if not known.any():
        return result
    some = brought[brought > 0]
    rich = value > np.median(value[~np.isnan(value)])
    bringing = brought > (np.median(some) if some.size else np.inf)
    result[known & rich & bringing] = "champions"
    result[known & rich & ~bringing] = "affluents"
    result[known & ~rich & bringing] = "hidden_advocates"
    result[known & ~rich & ~bringing] = "misers"
    return result


def influence(
    edges: pd.DataFrame,
    values: pd.Series[Any] | Mapping[Hashable, float] | None = None,
    *,
    hops: int | None = 6,
    decay: float = 0.5,
    currency: str = "EUR",
) -> pd.DataFrame:
    """Influence of everyone in a table of credited referrals.

    Args:
        edges: columns `referrer`, `referee`, and `credit` (in (0, 1], 1 where the column is missing); one row
            an edge.
        values: what each customer is worth, by id, in `currency`; not known (NaN, or an id of `edges` that is
            not here) counts as nothing. None: heads, everyone is worth 1.
        hops: how many hops `influence` counts; None: all.
        decay: what each further hop's value is multiplied by, in (0, 1].
        currency: its minor unit is what values are rounded to; what decay and part credits make of them is not.

    Returns:
        Indexed by id, those of `values` first: `influence`, `ecr_direct` (own + those brought), `ecr_network`
        (own + all below), `downline` (distinct people), `longest_chain`, and `conserved_credit` where values
        are money.

    Raises:
        InputError: a column or an id is missing, an id is twice in `values`, or the edges are no credited
            network (see `Network`).
        UsageError: hops or decay out of range.

    Complexity: O(n + m log m), see `Network`.

    Example:
        >>> edges = pd.DataFrame({"referrer": ["a", "b", "c"], "referee": ["b", "c", "d"]})
        >>> influence(edges, dict.fromkeys("abcd", 100.0))["influence"].to_dict()
        {'a': 175.0, 'b': 150.0, 'c': 100.0, 'd': 0.0}

    """
    for column in ("referrer", "referee"):
        if column not in edges.columns:
            raise InputError("the table of edges has no such column", column=column)
        unknown = np.flatnonzero(edges[column].isna().to_numpy())
        if unknown.size:
            raise InputError(f"row {edges.index[unknown[0]]!r} of the edges names nobody", column=column)
    own = None if values is None else pd.Series(values)
    if own is not None and not own.index.is_unique:
        raise InputError(f"{own.index[own.index.duplicated()][0]!r} is there twice", column="values")
    ids = pd.concat(
        ([] if own is None else [own.index.to_series().astype(object)])
        + [edges["referrer"].astype(object), edges["referee"].astype(object)],
        ignore_index=True,
    )
    number, names = pd.factorize(ids)
    known = 0 if own is None else len(own)
    if own is not None and (number[:known] < 0).any():
        raise InputError("an id is missing", column="values")
    ends = number[known:].reshape(2, -1).astype(np.int64)
    network = Network(
        ends[0],
        ends[1],
        edges["credit"].to_numpy(dtype=np.float64) if "credit" in edges.columns else None,
        nodes=len(names),
        names=names.tolist(),
    )
    worth = np.ones(len(names), dtype=np.int64)
    if own is not None:
        worth[:] = 0
        worth[:known] = to_minor(own.to_numpy(dtype=np.float64, na_value=np.nan), currency)

    def shown(amounts: npt.NDArray[Any]) -> npt.NDArray[Any]:
        return amounts / 10 ** exponent(currency) if own is not None else amounts

    table = pd.DataFrame(
        {
            "influence": shown(network.influence(worth, hops=hops, decay=decay)),
            "ecr_direct": shown(worth + network.influence(worth, hops=1, decay=1.0)),
            "ecr_network": shown(worth + network.influence(worth, hops=None, decay=1.0)),
            "downline": network.downline(),
            "longest_chain": network.longest_chain(),
        },
        index=pd.Index(names, name="id"),
    )
    if own is not None:
        table["conserved_credit"] = shown(network.conserved(worth, decay=decay))
    return table
