"""What follows for orders from refunds and for customers from their orders, worked out on arrays while the import
tool's files are written.

The same as cypher/refunds/ and cypher/upkeep/customers.cypher make of them in the graph, where it takes longer than
the import itself.
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


class GivenBack:
    """What refunds take back of each order, 9 bytes an order if there are any.

    Args:
        orders: their ids.
        currency: the reporting currency: amounts are added as whole minor units of it.
    """

    def __init__(self, orders: Keys, currency: str) -> None:
        self._orders, self._minor = orders, float(10 ** exponent(currency))
        self._some, self._sums = np.zeros(0, np.bool_), np.zeros(0)

    def meet(self, orders: pa.Array, amounts: pa.Array) -> None:
        """Refunds: the ids of their orders, there or not, and how much; none: all of the order."""
        if not len(self._sums):
            self._some, self._sums = np.zeros(len(self._orders), np.bool_), np.zeros(len(self._orders))
        places = self._orders.places(orders.to_pylist())
        there = places >= 0
        backs = np.where(np.asarray(amounts.is_valid()), _whole(amounts, self._minor), np.inf)
        self._some[places[there]] = True
        np.add.at(self._sums, places[there], backs[there])

    def of(self, orders: pa.Array, amounts: pa.Array, loaded: pa.Array | None) -> pa.Array:
        """What was given back of orders that are there, given their amounts and what their own rows say of it."""
        own = pa.nulls(len(orders), pa.float64()) if loaded is None else loaded
        if not len(self._sums):
            return own
        places = self._orders.places(orders.to_pylist())
        back = np.minimum(_whole(own, self._minor) + self._sums[places], _whole(amounts, self._minor))
        return pc.if_else(pa.array(self._some[places]), pa.array(back / self._minor), own)


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
        paid = _whole(orders["amount"], self._minor)
        if "refunded" in orders:
            paid -= _whole(orders["refunded"], self._minor)
        np.add.at(self._paid, places, paid)
        if "margin" in orders:
            np.add.at(self._margins, places, np.asarray(orders["margin"].is_valid()).astype(np.int64))
            np.add.at(self._margin, places, _whole(orders["margin"], self._minor))
        at = orders["placedAt"].cast(_TIME).cast(pa.int64()).to_numpy()
        np.minimum.at(self._first, places, at)
        np.maximum.at(self._last, places, at)

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


def _whole(amounts: pa.Array, minor: float) -> Floats:
    """As whole minor units; none is nothing."""
    values = np.asarray(amounts.fill_null(0.0).to_numpy(zero_copy_only=False), dtype=np.float64)
    return np.asarray(np.rint(values * minor), dtype=np.float64)


def _times(stamps: npt.NDArray[np.int64], missing: npt.NDArray[np.bool_]) -> pa.Array:
    moments = pd.Series(np.where(missing, np.iinfo(np.int64).min, stamps).view("datetime64[us]"))
    said: list[Any] = plain(moments.dt.tz_localize("UTC"), "time")
    return pa.array(said, type=pa.string())
