"""What affiliates are judged by, as columns.

Customers and affiliates are numbered in the order read; −1 stands for nobody. Times are days since 1970 in UTC, NaN
where not known; amounts are in the graph's currency, NaN where not known.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from refnet.analysis.influence.network import Network
from refnet.analysis.success.gaps import MULTIPLE, usual_gap

Floats: TypeAlias = npt.NDArray[np.float64]
Ints: TypeAlias = npt.NDArray[np.int64]
Flags: TypeAlias = npt.NDArray[np.bool_]
Levels: TypeAlias = npt.NDArray[np.object_]

MONTH_DAYS = 30.4375
"""A month, in days: a twelfth of a year of 365.25."""


@dataclass(frozen=True)
class Partners:
    """The affiliates, each array of shape (p,).

    Attributes:
        ids, name, niche, programme: texts, None where not known.
        rate, fixed: commission as agreed: of an order, for a new customer.
        parent: the affiliate above. owner: the customer they also are.
    """

    ids: Levels
    name: Levels
    niche: Levels
    programme: Levels
    rate: Floats
    fixed: Floats
    parent: Ints
    owner: Ints

    def __len__(self) -> int:
        return len(self.ids)


@dataclass(frozen=True)
class Facts:
    """Affiliates, whom they brought, what that cost, and everybody else to compare with.

    Attributes:
        until: when the last thing happened, −inf in an empty graph.
        ids, joined, lost, revenue, refunded, margin, cltv, orders, first_order, last_order: of each customer, (n,);
            `revenue` and `margin` are so far and after refunds.
        referrer, referee, passed: of each credited referral by a customer: who, whom, with what credit.
        partners: the affiliates.
        customer, affiliate, credit, as_customer: of each customer brought by an affiliate, (b,); `as_customer`
            where the credit is the customer's who the affiliate is.
        earner, earned_for, earned_by, earned, earned_amount, status: of each commission: affiliate, customer, place of
            the order among `order_*`, when, how much, and what became of it: 1 paid, 0 not yet, −1 taken back.
        order_customer, order_at, order_amount, order_refund: of each order of those brought, by time.
        click_affiliate, click_month, visits, clicks: by affiliate and month (months since 1970).
    """

    until: float
    ids: Levels
    joined: Floats
    lost: Floats
    revenue: Floats
    refunded: Floats
    margin: Floats
    cltv: Floats
    orders: Floats
    first_order: Floats
    last_order: Floats
    referrer: Ints
    referee: Ints
    passed: Floats
    partners: Partners
    customer: Ints
    affiliate: Ints
    credit: Floats
    as_customer: Flags
    earner: Ints
    earned_for: Ints
    earned_by: Ints
    earned: Floats
    earned_amount: Floats
    status: Ints
    order_customer: Ints
    order_at: Floats
    order_amount: Floats
    order_refund: Floats
    click_affiliate: Ints
    click_month: Ints
    visits: Floats
    clicks: Floats

    def __len__(self) -> int:
        return len(self.joined)

    @cached_property
    def organic(self) -> Flags:
        """Whom nobody brought, no customer and no affiliate, shape (n,)."""
        alone = np.ones(len(self), dtype=bool)
        alone[self.referee] = False
        alone[self.customer] = False
        return alone

    @cached_property
    def inactive_days(self) -> float | None:
        """Where nobody has a `churned_at`: days without an order after which somebody has left; None: not needed, or
        nobody has ordered twice.
        """
        if np.isfinite(self.lost).any():
            return None
        gap = usual_gap(self.first_order, self.last_order, self.orders)
        return None if gap is None else MULTIPLE * gap

    @cached_property
    def leaves(self) -> Floats:
        """When each left, shape (n,), NaN: is still there when the data end."""
        at = self.lost
        if self.inactive_days is not None:
            at = np.where(np.isnan(self.last_order), self.joined, self.last_order) + self.inactive_days
        return np.asarray(np.where(at <= self.until, at, np.nan))

    @cached_property
    def churned(self) -> Flags:
        """Who left, of those whose joining is known, shape (n,)."""
        return np.isfinite(self.leaves) & np.isfinite(self.joined)

    @cached_property
    def months(self) -> Floats:
        """Customer-months at risk of each, shape (n,): from joining to leaving or the end; 0: not known."""
        end = np.where(np.isnan(self.leaves), self.until, self.leaves)
        return np.nan_to_num(np.maximum(end - self.joined, 0.0) / MONTH_DAYS)

    @cached_property
    def month(self) -> Ints:
        """Month of joining, since 1970, shape (n,); −1: not known."""
        return months_of(self.joined)

    @cached_property
    def value_of(self) -> str:
        """What customers are worth by: margin, where any is known; else revenue."""
        return "margin" if np.isfinite(self.margin).any() else "revenue"

    @cached_property
    def value(self) -> Floats:
        """What each has been worth so far, before commission, shape (n,).

        Margin; whose margin is not known is given that of the others per revenue.
        """
        revenue = np.nan_to_num(self.revenue)
        if self.value_of == "revenue":
            return revenue
        known = np.isfinite(self.margin)
        rate = float(self.margin[known].sum() / max(revenue[known].sum(), 1e-9))
        return np.asarray(np.where(known, self.margin, rate * revenue))

    @cached_property
    def below(self) -> tuple[Floats, Floats]:
        """People below each customer, and what they spent, through all generations, by credit; each of shape (n,)."""
        network = Network(self.referrer, self.referee, self.passed, nodes=len(self))
        heads = network.influence(np.ones(len(self)), hops=None, decay=1.0)
        spent = network.influence(np.nan_to_num(self.revenue), hops=None, decay=1.0)
        return np.asarray(heads, dtype=np.float64), np.asarray(spent, dtype=np.float64)

    @cached_property
    def earned_row(self) -> Ints:
        """Of each commission, the place among those brought of the customer it is for, by the affiliate who earned it;
        −1: none of theirs.
        """
        n = max(len(self), 1)
        key = self.affiliate * n + self.customer
        order = np.argsort(key, kind="stable")
        asked = self.earner * n + self.earned_for
        place = np.searchsorted(key[order], asked).clip(max=max(len(key) - 1, 0))
        if not len(key):
            return np.full(len(asked), -1, dtype=np.int64)
        hit = (self.earned_for >= 0) & (key[order][place] == asked)
        return np.asarray(np.where(hit, order[place], -1), dtype=np.int64)


def months_of(days: Floats) -> Ints:
    """Months since 1970 of days since 1970; −1 where not known."""
    known = np.isfinite(days)
    moments = np.where(known, days, 0.0).astype("int64").astype("datetime64[D]")
    return np.asarray(np.where(known, moments.astype("datetime64[M]").astype(np.int64), -1))


def month_name(month: int) -> str:
    """A month since 1970 as 2024-07."""
    return str(np.datetime64(month, "M"))
