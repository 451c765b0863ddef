"""Orders as the models see them: a customer's purchases by day, and what they come to."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from refnet.analysis.cltv import purchases, spending
from refnet.analysis.cltv.purchases import Array, Purchases
from refnet.analysis.cltv.spending import Spending

FEW = 100
"""Under so many customers who came back, and in fewer weeks than SHORT, there is too little to learn from."""
SHORT = 8.0


@dataclass(frozen=True)
class History:
    """Customers, each with what the models need to know; arrays of shape (n,), weeks and amounts.

    Attributes:
        customers: their ids, who had bought by `end`.
        x: purchases after the first.
        last, age: weeks from the first purchase to the last, and to `end`.
        mean: mean amount of the purchases after the first; NaN where there are none.
        gone: whether it is known that they left by `end`.
        end: the last day that is looked at, counted from 1970.
        weeks: from the first purchase of anybody to `end`.
    """

    customers: pd.Index
    x: Array
    last: Array
    age: Array
    mean: Array
    gone: np.ndarray
    end: int
    weeks: float

    @property
    def returned(self) -> int:
        """How many bought again."""
        return int((self.x > 0).sum())


@dataclass(frozen=True)
class Models:
    """Both models of one history."""

    purchases: Purchases
    spending: Spending

    def ahead(self, history: History, weeks: float) -> tuple[Array, Array]:
        """Purchases and their amounts in the weeks after it, shape (n,) each; 0 for who is known to have left."""
        count = self.purchases.expected(history.x, history.last, history.age, weeks)
        count = np.where(history.gone, 0.0, count)
        return count, count * self.spending.expected(history.x, history.mean)


def days_of(orders: pd.DataFrame) -> pd.DataFrame:
    """Orders (customerId, at in ms, amount, refunded) as purchases: customerId, day, paid.

    Orders of one day are one purchase, as in the models' papers. What was given back whole was none, what cost nothing
    was one.
    """
    day = pd.to_numeric(orders["at"]).to_numpy(dtype=np.int64) // 86_400_000
    amount, refunded = (
        pd.to_numeric(orders[name]).to_numpy(dtype=np.float64) for name in ("amount", "refunded")
    )
    table = pd.DataFrame(
        {"customerId": orders["customerId"].astype(object), "day": day, "paid": amount - refunded}
    )
    kept = table[(refunded == 0) | (refunded < amount)]
    days: pd.DataFrame = kept.groupby(["customerId", "day"], as_index=False)["paid"].sum()
    return days


def history(days: pd.DataFrame, end: int, left: pd.Series) -> History:
    """What was known at the end of a day.

    Args:
        days: as `days_of` gives them.
        end: that day, counted from 1970; later purchases are not looked at.
        left: the day each customer is known to have left, by id; NaN where it is not.
    """
    known = days[days["day"] <= end]
    grouped = known.groupby("customerId")
    first = grouped["day"].transform("min")
    again = known[known["day"] > first].groupby("customerId")["paid"].mean()
    by = grouped["day"].agg(["min", "max", "size"])
    gone = left.reindex(by.index).to_numpy(dtype=np.float64, na_value=np.nan) <= end
    weeks = (end - int(by["min"].min())) / 7 if len(by) else 0.0
    return History(
        by.index,
        (by["size"] - 1).to_numpy(dtype=np.float64),
        (by["max"] - by["min"]).to_numpy(dtype=np.float64) / 7,
        (end - by["min"]).to_numpy(dtype=np.float64) / 7,
        again.reindex(by.index).to_numpy(dtype=np.float64, na_value=np.nan),
        gone,
        end,
        weeks,
    )


def fitted(past: History) -> Models | str:
    """The models of a history; or why there are none, in words."""
    if past.returned < FEW:
        return (
            f"Too little data: {past.returned:,} customers bought on more than one day; a prediction is made "
            f"from {FEW} on."
        )
    if past.weeks < SHORT:
        return (
            f"Too little data: orders go back {past.weeks:.1f} weeks; a prediction is made from {SHORT:g} on."
        )
    bought = past.mean > 0
    counts = purchases.fit(past.x, past.last, past.age)
    amounts = spending.fit(past.x[bought], past.mean[bought])
    if counts is None or amounts is None:
        what = "how often customers buy" if counts is None else "what they spend"
        return f"The models do not fit {what} in this graph: there are no parameters that explain it best."
    return Models(counts, amounts)
