"""From influence to what a CRM shows: percentile, band, quadrant; and the door for notebooks, `influence`.

Definitions: the definitions page, 'Influence' and 'Value'.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import closing
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
from scipy.stats import rankdata

from refnet.analysis.influence.asked import checked
from refnet.analysis.influence.given import Given, column, floats, in_time
from refnet.analysis.influence.ids import by_id, plain
from refnet.analysis.influence.network import Network
from refnet.analysis.influence.sift import left_out
from refnet.core.errors import InputError, UsageError
from refnet.core.money import code, exponent, to_minor

Floats = npt.NDArray[np.float64]
Words = npt.NDArray[np.object_]

HIGH_BAND, MEDIUM_BAND = 0.95, 0.75
_POINTS, _OF_THE_TOP = 0.5, 0.05


def percentile(influence: npt.ArrayLike) -> Floats:
    """Mid-rank of each over all, shape (n,), in 0 … 100: 100 · (rank − ½) / n, equals sharing their mean
    rank.

    The mean over all is 50, whatever the ties. O(n log n).
    """
    values = np.asarray(influence)
    if not values.size:
        return np.zeros(0)
    return np.asarray(100.0 * (rankdata(values) - 0.5) / values.size, dtype=np.float64)


def moved_little(now: Floats, before: Floats) -> npt.NDArray[np.bool_]:
    """Where percentiles, shape (n,), are what they were but for who else is there.

    That is within half a point, and within a twentieth of what is above them, so that the top 0.02 % do not pass for
    the top 0.03 %. Whoever joins moves the percentile of everybody; not known before (NaN) is not little.
    """
    return np.abs(now - before) <= np.minimum(_POINTS, (100.0 - now) * _OF_THE_TOP)


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
    edges: Any,
    values: Any = None,
    *,
    hops: int | None = 6,
    decay: float = 0.5,
    currency: str = "EUR",
    drop: bool = False,
) -> pd.DataFrame:
    """Influence of everyone in a table of credited referrals.

    Args:
        edges: a DataFrame of pandas or polars, a Table of pyarrow, or a parquet file: columns `referrer`, `referee`
            (ids: whole numbers of 64 bits or texts; floats below 2^53), and `credit` (in (0, 1], 1 where the column is
            missing); one row an edge.
        values: what each customer is worth, by id, in `currency`: a dict, a Series of pandas whose index are the ids,
            or a table as `edges` may be with columns `id` and `value`; not known (NaN, or an id of `edges` that is
            not here) counts as nothing. None: heads, everyone is worth 1.
        hops: how many hops `influence` counts; None: all.
        decay: what each further hop's value is multiplied by, in (0, 1].
        currency: its minor unit is what values are rounded to; what decay and part credits make of them is not.
        drop: leave out edges that make no credited network, first come, first credited (by a column `referred_at`, if
            there is one, as `influence_table` takes it, then by row), instead of refusing all; `.attrs["dropped"]` of
            the answer counts them by reason.

    Returns:
        Indexed by id, those of `values` first: `influence`, `ecr_direct` (own + those brought), `ecr_network`
        (own + all below), `downline` (distinct people), `longest_chain`, and `conserved_credit` where values
        are money. Numbers and texts mixed, ids are texts. Nothing but the order depends on the order of rows.

    Raises:
        InputError: a column or an id is missing, an id is twice in `values`, none of them is in `edges`, values are no
            numbers, or the edges are no credited network (see `Network`).
        UsageError: hops or decay out of range; `edges` is no table, or `values` does not say whose they are.

    Complexity: O(n + m log m), see `Network`.

    Example:
        >>> edges = pd.DataFrame({"referrer": ["a", "b", "c"], "referee": ["b", "c", "d"]})
        >>> influence(edges, dict.fromkeys("abcd", 100.0))["influence"].to_dict()
        {'a': 175.0, 'b': 150.0, 'c': 100.0, 'd': 0.0}

    """
    hops, decay = checked(hops, decay)
    currency = code(currency)
    ends = ["referrer", "referee"]
    with closing(Given(edges, "edges", ends)) as made:
        table = made.columns([*ends, *(name for name in ("credit", "referred_at") if name in made.names)])
    own = None if values is None else _worth(values)
    columns = [*([] if own is None else [own[0]]), *(plain(table[name], name) for name in ends)]
    names, number = _numbered(columns)
    known = 0 if own is None else len(own[0])
    if own is not None:
        _refuse_owners(columns, names, number, known)
    tail, head = number[known:].reshape(2, -1)
    credit = floats(table["credit"], "credit") if "credit" in table.column_names else None
    dropped: dict[str, int] = {}
    if drop:
        timed = "referred_at" in table.column_names
        order = in_time(table["referred_at"], "referred_at") if timed else np.arange(tail.size)
        kept, dropped = left_out(order, tail, head, credit, len(names))
        tail, head, credit = tail[kept], head[kept], None if credit is None else credit[kept]
    for name, end in zip(ends, (tail, head), strict=True):
        if end.size and end.min() < 0:
            raise InputError(f"row {np.argmax(end < 0)} of the edges names nobody", column=name)
    network = Network(tail, head, credit, nodes=len(names), names=names)
    worth = np.ones(len(names), dtype=np.int64)
    if own is not None:
        worth[:] = 0
        worth[:known] = to_minor(own[1], currency, column="values")

    def shown(amounts: npt.NDArray[Any]) -> npt.NDArray[Any]:
        return amounts / 10 ** exponent(currency) if own is not None else amounts

    found = pd.DataFrame(
        {
            "influence": shown(network.influence(worth, hops=hops, decay=decay)),
            "ecr_direct": shown(worth + network.influence(worth, hops=1, decay=1.0)),
            "ecr_network": shown(worth + network.influence(worth, hops=None, decay=1.0)),
            "downline": network.downline(),
            "longest_chain": network.longest_chain(),
        },
        index=pd.Index(names.to_pandas(), name="id"),
    )
    if own is not None:
        found["conserved_credit"] = shown(network.conserved(worth, decay=decay, ties=by_id(names)))
    if drop:
        found.attrs["dropped"] = dropped
    return found


def _worth(values: Any) -> tuple[pa.Array, Floats]:
    """Ids and amounts."""
    if isinstance(values, Mapping):
        ids, amounts = column(list(values), "values"), column(list(values.values()), "values")
    elif isinstance(values, pd.Series):
        ids, amounts = column(values.index, "values"), column(values, "values")
    else:
        try:
            given = Given(values, "values", ["id", "value"])
        except UsageError:
            raise UsageError(
                f"values is a {type(values).__module__}.{type(values).__name__}, which does not say whose they are.",
                "Give a dict by id, a Series of pandas with ids as its index, or a table with columns id and value.",
            ) from None
        with closing(given):
            held = given.columns(["id", "value"])
        ids, amounts = held["id"], held["value"]
    return plain(ids, "values"), floats(amounts, "values")


def _numbered(columns: Sequence[pa.Array]) -> tuple[pa.Array, npt.NDArray[np.int32]]:
    """Each id once, as they come, and the number of each in all columns; −1 where it is missing."""
    kinds = {each.type for each in columns if len(each) > each.null_count}
    kind = pa.large_string() if len(kinds) != 1 else kinds.pop()  # 7 and "7" are the same customer
    coded = pa.concat_arrays([each.cast(kind) for each in columns]).dictionary_encode()
    return coded.dictionary, np.asarray(coded.indices.fill_null(-1).to_numpy(), dtype=np.int32)


def _refuse_owners(
    columns: Sequence[pa.Array], names: pa.Array, number: npt.NDArray[Any], known: int
) -> None:
    """Values that are of nobody, of somebody twice, or of none whom edges name."""
    own, named = number[:known], number[known:]
    if known and own.min() < 0:
        raise InputError("an id is missing", column="values")
    # Numbers rise as ids come: who is there again has one that has been.
    again = np.flatnonzero(own != np.arange(known))
    if again.size:
        raise InputError(f"{names[int(own[again[0]])].as_py()!r} is there twice", column="values")
    if known and named.size and named.max() >= 0 and not ((named >= 0) & (named < known)).any():
        whom = (
            columns[1].drop_null()[0]
            if columns[1].null_count < len(columns[1])
            else columns[2].drop_null()[0]
        )
        raise InputError(
            f"none of the edges names any of these ids: they are like {columns[0][0].as_py()!r}, the edges' like "
            f"{whom.as_py()!r}",
            column="values",
            hint="Give a dict by id, a Series of pandas with ids as its index, or a table with columns id and value.",
        )
