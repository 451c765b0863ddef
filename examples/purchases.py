"""Orders and the commissions on them, block by block."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from refnet.examples.chance import stream
from refnet.examples.partners import Affiliates
from refnet.examples.people import People
from refnet.examples.planted import CURRENCY, DAY, MONTH, STOP
from refnet.examples.sheets import Sheet, ids, moments, money, pick

KINDS = ("new", "renewal", "upsell", "cross_sell")
_KIND_SHARES = (0.0, 0.80, 0.12, 0.08)
_KIND_BASKET = np.array([1.0, 1.0, 1.6, 0.55])
REFUNDED = 0.02
FIRST_ORDER = 5  # minutes after joining
COMMISSION_MONTHS = 12


@dataclass
class Orders:
    """The orders of a block of customers, by customer and then by time, each array of shape (m,).

    Attributes:
        customer: position of the customer among all.
        at: minute.
        first: a customer's first order.
        kind: code into KINDS.
        amount, refunded, margin: cents; the margin is what is left of amount − refunded.

    """

    customer: npt.NDArray[np.int64]
    at: npt.NDArray[np.int64]
    first: npt.NDArray[np.bool_]
    kind: npt.NDArray[np.intp]
    amount: npt.NDArray[np.int64]
    refunded: npt.NDArray[np.int64]
    margin: npt.NDArray[np.int64]


def draw_orders(people: People, part: slice, seed: int, block: int) -> Orders:
    """A first order on joining, then orders at random moments, at the customer's own pace, until leaving."""
    rng = stream(seed, "orders", block)
    joined = people.joined[part].astype(np.int64)
    until = np.minimum(people.left[part], STOP - 1)
    span = np.maximum(until - joined - 60, 1)
    further = rng.poisson(people.pace[part] * span / MONTH)
    further[joined + 90 >= STOP] = 0
    count = further + 1
    owner = np.repeat(np.arange(len(joined)), count)
    first = np.zeros(len(owner), np.bool_)
    first[np.cumsum(count) - count] = True
    at = joined[owner] + 60 + (rng.random(len(owner)) * span[owner]).astype(np.int64)
    at[first] = np.minimum(joined + FIRST_ORDER, STOP - 1)
    # Customer and minute packed into one number: one plain sort orders both.
    packed = np.sort((owner << 21) | at)
    at = packed & ((1 << 21) - 1)
    kind = np.searchsorted(np.cumsum(_KIND_SHARES), rng.random(len(owner)), side="right").clip(1, 3)
    kind[first] = 0
    euros = people.basket[part].astype(np.float64)[owner] * _KIND_BASKET[kind]
    amount = np.rint(100 * euros * np.exp(0.2 * rng.standard_normal(len(owner)) - 0.02)).astype(np.int64)
    amount = np.maximum(amount, 100)
    whole = rng.random(len(owner)) < 0.7
    refunded = np.where(rng.random(len(owner)) < REFUNDED, np.where(whole, amount, amount // 2), 0)
    margin = ((amount - refunded) * (0.38 + 0.08 * rng.random(len(owner)))).astype(np.int64)
    return Orders(owner + part.start, at, first, kind, amount, refunded, margin)


def write_orders(orders: Orders, sheet: Sheet) -> npt.NDArray[np.int64]:
    """Append to orders.csv; the numbers that the orders got there, shape (m,)."""
    rows = len(orders.at)
    numbers = sheet.rows + np.arange(rows) + 1
    sheet.write(
        rows,
        {
            "order_id": ids("o-", numbers, 8),
            "customer_id": ids("c-", orders.customer + 1),
            "placed_at": moments(orders.at),
            "amount": money(orders.amount),
            "currency": CURRENCY,
            "kind": pick(KINDS, orders.kind),
            "refunded": money(orders.refunded),
            "margin": money(orders.margin),
        },
    )
    return numbers


def write_commissions(
    orders: Orders, numbers: npt.NDArray[np.int64], people: People, affiliates: Affiliates, sheet: Sheet
) -> None:
    """Append to commissions.csv: a part of each order of the first year, or a fixed amount for the first.

    Voided where the whole order was refunded, pending while it is younger than 45 days.
    """
    affiliate = people.affiliate[orders.customer].astype(np.int64)
    rate = np.where(affiliate >= 0, affiliates.rate[affiliate], 0.0)
    fixed = np.where((affiliate >= 0) & orders.first, affiliates.fixed[affiliate], 0)
    young = orders.at - people.joined[orders.customer] < COMMISSION_MONTHS * MONTH
    due = np.flatnonzero(((rate > 0) & young) | (fixed > 0))
    cents = np.where(fixed > 0, fixed, np.rint(orders.amount * rate).astype(np.int64))[due]
    voided = orders.refunded[due] == orders.amount[due]
    status = np.where(voided, 2, np.where(orders.at[due] > STOP - 45 * DAY, 1, 0))
    sheet.write(
        len(due),
        {
            "commission_id": ids("m-", sheet.rows + np.arange(len(due)) + 1),
            "affiliate_id": ids("a-", affiliate[due] + 1, 3),
            "amount": money(cents),
            "earned_at": moments(orders.at[due]),
            "customer_id": ids("c-", orders.customer[due] + 1),
            "order_id": ids("o-", numbers[due], 8),
            "currency": CURRENCY,
            "status": pick(["paid", "pending", "voided"], status),
        },
    )
