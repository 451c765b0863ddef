"""Affiliates in arrays: made by hand from rows, or of an example brand by its own generator, without an engine."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from refnet.analysis.success.affiliates.facts import Facts, Partners
from refnet.analysis.success.affiliates.reading import states_of
from refnet.core.progress import Quiet
from refnet.examples.chance import blocks
from refnet.examples.friends import tie
from refnet.examples.partners import COUNT, Affiliates, affiliate_name, draw_affiliates
from refnet.examples.people import NEVER, People, draw_people
from refnet.examples.planted import DAY, START, STOP
from refnet.examples.purchases import draw_orders, write_commissions
from refnet.examples.rings import draw_rings

MONTH = 30.4375
FIRST = np.datetime64(START).astype("datetime64[D]").astype(int)


def facts_of(
    *,
    joined: Sequence[float],
    lost: Sequence[float] | None = None,
    revenue: Sequence[float] | float = 100.0,
    margin: Sequence[float] | float = np.nan,
    cltv: Sequence[float] | float = 100.0,
    brought: Sequence[tuple[Any, ...]] = (),
    referrals: Sequence[tuple[int, int]] = (),
    commissions: Sequence[tuple[int, int, float, str]] = (),
    orders: Sequence[tuple[int, float, float, float]] = (),
    clicks: Sequence[tuple[int, int, float]] = (),
    partners: int = 1,
    parents: Sequence[int] | None = None,
    rates: Sequence[float] | None = None,
    fixed: Sequence[float] | None = None,
    niches: Sequence[str | None] | None = None,
    owners: Sequence[int] | None = None,
    until: float = 20_000.0,
) -> Facts:
    """Facts from rows: brought (customer, affiliate[, credit[, as a customer]]), commissions (affiliate, customer,
    amount, status), orders (customer, day, amount, refund), clicks (affiliate, month, clicks).
    """
    n = len(joined)

    def column(values: Any) -> np.ndarray:
        return np.broadcast_to(np.asarray(values, dtype=float), (n,)).copy()

    def of(rows: Sequence[tuple[Any, ...]], place: int, kind: type, default: Any = 0) -> np.ndarray:
        return np.array([row[place] if len(row) > place else default for row in rows], dtype=kind)

    in_time = sorted(orders, key=lambda order: order[1])
    refunded = np.zeros(n)
    np.add.at(refunded, of(in_time, 0, int), of(in_time, 3, float))
    told = Partners(
        ids=np.array([affiliate_name(k) for k in range(partners)], dtype=object),
        name=np.full(partners, None, dtype=object),
        niche=np.array(niches if niches is not None else [None] * partners, dtype=object),
        programme=np.full(partners, None, dtype=object),
        rate=np.array(rates if rates is not None else [np.nan] * partners, dtype=float),
        fixed=np.array(fixed if fixed is not None else [np.nan] * partners, dtype=float),
        parent=np.array(parents if parents is not None else [-1] * partners, dtype=np.int64),
        owner=np.array(owners if owners is not None else [-1] * partners, dtype=np.int64),
    )
    return Facts(
        until=until,
        ids=np.array([f"c-{k}" for k in range(n)], dtype=object),
        joined=column(joined),
        lost=column(np.nan if lost is None else lost),
        revenue=column(revenue),
        refunded=refunded,
        margin=column(margin),
        cltv=column(cltv),
        orders=np.bincount(of(in_time, 0, int), minlength=n).astype(float),
        first_order=np.full(n, np.nan),
        last_order=np.full(n, np.nan),
        referrer=of(referrals, 0, np.int64),
        referee=of(referrals, 1, np.int64),
        passed=np.ones(len(referrals)),
        partners=told,
        customer=of(brought, 0, np.int64),
        affiliate=of(brought, 1, np.int64),
        credit=of(brought, 2, float, 1.0),
        as_customer=of(brought, 3, bool, False),
        earner=of(commissions, 0, np.int64),
        earned_for=of(commissions, 1, np.int64),
        earned_by=np.full(len(commissions), -1),
        earned=np.full(len(commissions), until),
        earned_amount=of(commissions, 2, float),
        status=states_of(of(commissions, 3, object)),
        order_customer=of(in_time, 0, np.int64),
        order_at=of(in_time, 1, float),
        order_amount=of(in_time, 2, float),
        order_refund=of(in_time, 3, float),
        click_affiliate=of(clicks, 0, np.int64),
        click_month=of(clicks, 1, np.int64),
        visits=of(clicks, 2, float),
        clicks=of(clicks, 2, float),
    )


@dataclass
class Brand:
    """An example brand: its people and affiliates as drawn, and the facts of them."""

    people: People
    affiliates: Affiliates
    facts: Facts


class _Caught:
    """A sheet that keeps what is written to it."""

    def __init__(self) -> None:
        self.rows = 0
        self.columns: dict[str, list[Any]] = {
            "affiliate_id": [],
            "customer_id": [],
            "amount": [],
            "status": [],
        }

    def write(self, rows: int, block: dict[str, Any]) -> None:
        for name, values in self.columns.items():
            values += block[name].to_pylist()
        self.rows += rows


def brand(seed: int, customers: int = 20_000) -> Brand:
    """The brand of a seed; amounts in EUR, commissions as the generator writes them."""
    affiliates = draw_affiliates(seed)
    with Quiet().stage("people") as progress:
        people = draw_people(customers, seed, affiliates, progress)
        bonds = tie(people, affiliates, draw_rings(people, seed), seed, progress)
    parts, sheet = [], _Caught()
    for block, part in blocks(customers):
        orders = draw_orders(people, part, seed, block)
        write_commissions(orders, np.arange(len(orders.at)), people, affiliates, sheet)  # type: ignore[arg-type]
        parts.append(orders)

    def joint(name: str) -> np.ndarray:
        return np.concatenate([getattr(part, name) for part in parts])

    who, amount, back = joint("customer"), joint("amount") / 100, joint("refunded") / 100
    revenue = np.bincount(who, weights=amount - back, minlength=customers)
    margin = np.bincount(who, weights=joint("margin") / 100, minlength=customers)
    by = people.affiliate
    brought = np.flatnonzero(by >= 0)
    place = {affiliate_name(number): number for number in range(COUNT)}
    owners = affiliates.owner_of
    theirs = np.isin(who, brought)
    friends = np.flatnonzero(bonds.brought_by >= 0)
    facts = facts_of(
        joined=FIRST + people.joined / DAY,
        lost=np.where(people.left == NEVER, np.nan, FIRST + people.left / DAY),
        revenue=revenue,
        margin=margin,
        cltv=people.cltv,
        brought=[(c, by[c], 1.0, owners[by[c]] >= 0) for c in brought],
        referrals=list(zip(bonds.brought_by[friends], friends, strict=True)),
        commissions=[
            (place[affiliate], int(customer[2:]) - 1, float(paid), status)
            for affiliate, customer, paid, status in zip(*sheet.columns.values(), strict=True)
        ],
        orders=list(
            zip(who[theirs], FIRST + joint("at")[theirs] / DAY, amount[theirs], back[theirs], strict=True)
        ),
        partners=COUNT,
        rates=np.where(affiliates.rate > 0, affiliates.rate, np.nan),
        fixed=np.where(affiliates.fixed > 0, affiliates.fixed / 100, np.nan),
        owners=owners,
        until=FIRST + STOP / DAY,
    )
    return Brand(people, affiliates, facts)
