"""What follows for customers from their orders, worked out on arrays while the import tool's files are written.

The same as cypher/upkeep/customers.cypher makes of them in the graph, where it takes longer than the import itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from refnet.core.money import exponent
from refnet.loaders.bulk.keys import Keys
from refnet.loaders.bulk.written import Kind
from refnet.loaders.cells import plain

FIGURES: dict[str, Kind] = {
    "orders": "count",
    "firstOrderAt": "time",
    "lastOrderAt": "time",
    "joinedAt": "time",
    "revenue": "money",
    "orderMargin": "money",
    "margin": "money",
    "cltv": "money",
    "cltvSource": "text",
}
"""What a customer is given, in the order of `Figures.of`."""

_TIME = pa.timestamp("us", "UTC")
_NEVER = np.iinfo(np.int64).max

Floats = npt.NDArray[np.float64]


class Figures:
    """Sums and dates of all customers' orders, 48 bytes a customer.

    Args:
        customers: their ids.
        currency: the reporting currency: amounts are added as whole minor units of it.
    """

    def __init__(self, customers: Keys, currency: str) -> None:
        self._customers, self._minor = customers, float(10 ** exponent(currency))
        size = len(customers)
        self._orders, self._margins = np.zeros(size, np.int64), np.zeros(size, np.int64)
        # Whole numbers, as floats so that none can turn over: exact to 2⁵³.
        self._paid, self._margin = np.zeros(size), np.zeros(size)
        self._first, self._last = np.full(size, _NEVER), np.full(size, -_NEVER)

    def meet(self, whose: pa.Array, orders: Mapping[str, pa.Array]) -> None:
        """Orders of customers who are there: their customers' ids, and columns of theirs by property."""
        places = self._customers.places(whose.to_pylist())
        np.add.at(self._orders, places, 1)
        paid = self._whole(orders["amount"])
        if "refunded" in orders:
            paid -= self._whole(orders["refunded"])
        np.add.at(self._paid, places, paid)
        if "margin" in orders:
            np.add.at(self._margins, places, np.asarray(orders["margin"].is_valid()).astype(np.int64))
            np.add.at(self._margin, places, self._whole(orders["margin"]))
        at = orders["placedAt"].cast(_TIME).cast(pa.int64()).to_numpy()
        np.minimum.at(self._first, places, at)
        np.maximum.at(self._last, places, at)

    def _whole(self, amounts: pa.Array) -> Floats:
        """As whole minor units; none is nothing."""
        values = np.asarray(amounts.fill_null(0.0).to_numpy(zero_copy_only=False), dtype=np.float64)
        return np.asarray(np.rint(values * self._minor), dtype=np.float64)

    def of(self, customers: pa.Array, loaded: Mapping[str, pa.Array]) -> list[pa.Array]:
        """The figures of customers who are there, given what was loaded of them by property."""
        places = self._customers.places(customers.to_pylist())
        no_time, no_amount = pa.nulls(len(places), pa.string()), pa.nulls(len(places), pa.float64())
        cltv = loaded.get("cltvLoaded", no_amount)
        orders = self._orders[places]
        first, last = (_times(held[places], orders == 0) for held in (self._first, self._last))
        paid = self._amounts(self._paid[places], orders == 0)
        revenue = pc.coalesce(paid, loaded.get("revenueLoaded", no_amount))
        margin = self._amounts(self._margin[places], self._margins[places] == 0)
        return [
            pa.array(orders),
            first,
            last,
            pc.coalesce(loaded.get("joinedAtLoaded", no_time), first),
            revenue,
            margin,
            pc.coalesce(margin, loaded.get("marginLoaded", no_amount)),
            pc.coalesce(cltv, revenue),
            pc.case_when(pc.make_struct(cltv.is_valid(), revenue.is_valid()), "loaded", "historic"),
        ]

    def _amounts(self, whole: Floats, missing: npt.NDArray[np.bool_]) -> pa.Array:
        return pa.array(whole / self._minor, mask=missing)


def _times(stamps: npt.NDArray[np.int64], missing: npt.NDArray[np.bool_]) -> pa.Array:
    moments = pd.Series(np.where(missing, np.iinfo(np.int64).min, stamps).view("datetime64[us]"))
    said: list[Any] = plain(moments.dt.tz_localize("UTC"), "time")
    return pa.array(said, type=pa.string())
