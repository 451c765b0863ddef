"""Another commission structure, replayed on the orders as they were: what each affiliate would have got, beside what
they did.

Customers and affiliates are taken to have done as they did. Amounts are rounded to the currency's minor unit order by
order, as they are paid.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from refnet.analysis.success.affiliates.facts import MONTH_DAYS, Facts, Flags, Floats, Ints, months_of
from refnet.analysis.success.affiliates.figures import Cards, judge
from refnet.analysis.success.affiliates.rows import groups, whole
from refnet.analysis.success.affiliates.structure import Structure
from refnet.analysis.success.affiliates.verdict import Declared
from refnet.core.money import exponent

_WHOLE = 1e-9


def what_if(
    facts: Facts, structure: Structure, *, currency: str, declared: Declared | None = None
) -> dict[str, Any]:
    """Replay a structure on the history.

    Args:
        facts: of affiliates.
        structure: what would have been paid.
        currency: of the amounts: commission is rounded to its minor unit.
        declared: what a verdict needs.

    Returns:
        name; affiliates [{affiliate_id, name, customers, orders, paid, what_if, difference, earned, clawed_back,
        capped, held, override, contribution {value, interval}, verdict}], the largest difference first; `all` of
        them. `paid` is the commission that was not taken back; what_if = earned − clawed_back − capped + override,
        `held` of it being on orders so young that it is still kept back. without_orders: how many customers have
        none; for them nothing is paid.
    """
    scale = 10.0 ** exponent(currency)
    lines = _lines(facts)
    earned = np.rint(_earned(facts, structure, lines, scale) * facts.credit[lines.row])
    back = np.rint(earned * _given_back(facts, structure, lines.order))
    kept = _capped(facts, structure, lines, earned - back, scale)
    capped = earned - back - kept
    young = facts.order_at[lines.order] > facts.until - structure.hold_days
    held = np.where(young & (structure.hold_days > 0), kept, 0.0)
    affiliate = facts.affiliate[lines.row]
    p = len(facts.partners)

    def per(values: Floats) -> Floats:
        return np.bincount(affiliate, weights=values, minlength=p) / scale

    own = per(kept)
    override = _override(facts.partners.parent, own, structure.override, scale)
    paid = np.bincount(
        facts.earner[facts.status >= 0], weights=facts.earned_amount[facts.status >= 0], minlength=p
    )
    by_row = np.bincount(lines.row, weights=kept, minlength=len(facts.customer)) / scale
    # What goes to those above is a cost of the customers it is for.
    by_row *= np.where(facts.partners.parent[facts.affiliate] >= 0, 1.0 + structure.override, 1.0)
    cards = Cards(facts, declared or Declared())
    columns = {
        "orders": np.bincount(affiliate, minlength=p),
        "paid": paid,
        "what_if": own + override,
        "difference": own + override - paid,
        "earned": per(earned),
        "clawed_back": per(back),
        "capped": per(capped),
        "held": per(held),
        "override": override,
    }
    made = [cards.card(group, by_row) for group in groups(facts, "affiliate") if group.level is not None]
    everyone = cards.card(whole(facts), by_row)
    judge(made, cards.declared)
    judge([everyone], cards.declared)
    rows = [
        {
            "affiliate_id": facts.partners.ids[at],
            "name": facts.partners.name[at],
            "customers": card["customers"],
            **{name: _plain(name, values[at], scale) for name, values in columns.items()},
            "contribution": card["per_customer"]["contribution"],
            "verdict": card["verdict"]["verdict"],
        }
        for at, card in enumerate(made)
    ]
    rows.sort(key=lambda one: (-abs(one["difference"]), one["affiliate_id"]))
    some = np.zeros(len(facts), dtype=bool)
    some[facts.order_customer[facts.order_customer >= 0]] = True
    return {
        "name": structure.name,
        "affiliates": rows,
        "all": {
            "customers": everyone["customers"],
            **{name: _plain(name, float(values.sum()), scale) for name, values in columns.items()},
            "contribution": everyone["per_customer"]["contribution"],
            "verdict": everyone["verdict"]["verdict"],
        },
        "without_orders": int((~some[np.unique(facts.customer)]).sum()),
    }


class _Lines:
    """An order for each affiliate who brought its customer, by affiliate and time; each of shape (l,)."""

    def __init__(self, row: Ints, order: Ints, first: Flags) -> None:
        self.row, self.order, self.first = row, order, first


def _lines(facts: Facts) -> _Lines:
    by_customer = np.argsort(facts.customer, kind="stable")
    sorted_rows = facts.customer[by_customer]
    low = np.searchsorted(sorted_rows, facts.order_customer, side="left")
    high = np.searchsorted(sorted_rows, facts.order_customer, side="right")
    count = np.where(facts.order_customer >= 0, high - low, 0)
    order = np.repeat(np.arange(len(facts.order_customer)), count)
    within = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count)
    row = by_customer[np.repeat(low, count) + within]
    # Orders are by time already.
    placed = np.argsort(facts.affiliate[row], kind="stable")
    row, order = row[placed], order[placed]
    first = np.zeros(len(row), dtype=bool)
    first[np.unique(row, return_index=True)[1]] = True
    return _Lines(row, order, first)


def _earned(facts: Facts, structure: Structure, lines: _Lines, scale: float) -> Floats:
    """What each line earns, in minor units."""
    affiliate = facts.affiliate[lines.row]
    minor = np.rint(facts.order_amount[lines.order] * scale)
    rate = _terms(structure.rate, facts.partners.rate, affiliate)
    fixed = _terms(structure.fixed, facts.partners.fixed, affiliate)
    if structure.tiers:
        begins = np.flatnonzero(np.diff(affiliate, prepend=-1))
        counted = lines.first.astype(np.float64) if structure.tiers_by == "customers" else minor / scale
        so_far = np.cumsum(counted)
        if structure.tiers_by == "sales":
            so_far -= counted
            start = so_far[begins] if begins.size else so_far
        else:
            start = so_far[begins] - counted[begins] if begins.size else so_far
        lengths = np.diff([*begins, len(affiliate)])
        so_far = so_far - np.repeat(start, lengths)
        tier = np.searchsorted([one.at for one in structure.tiers], so_far + _WHOLE, side="right") - 1
        for place, one in enumerate(structure.tiers):
            here = tier == place
            rate = np.where(here, one.rate, rate) if one.rate is not None else rate
            fixed = np.where(here, one.fixed, fixed) if one.fixed is not None else fixed
    joined = facts.joined[facts.customer[lines.row]]
    begun = facts.order_at[lines.order[lines.first]]
    since = np.full(len(facts.customer), np.nan)
    since[lines.row[lines.first]] = begun
    since = np.where(np.isnan(joined), since[lines.row], joined)
    pays = np.ones(len(lines.row), dtype=bool)
    if structure.months is not None:
        pays = lines.first | (facts.order_at[lines.order] - since < structure.months * MONTH_DAYS)
    return np.where(pays, np.rint(minor * rate), 0.0) + np.where(lines.first, np.rint(fixed * scale), 0.0)


def _terms(declared: Any, own: Floats, affiliate: Ints) -> Floats:
    if declared == "own":
        return np.nan_to_num(own)[affiliate]
    return np.full(len(affiliate), float(declared or 0.0))


def _given_back(facts: Facts, structure: Structure, order: Ints) -> Floats:
    """What part of a commission is clawed back."""
    if structure.hold_days <= 0 or structure.hold_days < structure.refund_after_days:
        return np.zeros(len(order))
    amount, refund = facts.order_amount[order], facts.order_refund[order]
    part = np.where(amount > 0, refund / np.maximum(amount, _WHOLE), 0.0).clip(0.0, 1.0)
    return np.where(part >= 1 - _WHOLE, 1.0, 0.0 if structure.claw_back == "whole" else part)


def _capped(facts: Facts, structure: Structure, lines: _Lines, amounts: Floats, scale: float) -> Floats:
    """What a cap leaves of each line, first come first paid."""
    if structure.cap is None:
        return amounts
    cap = np.rint(structure.cap * scale)
    if structure.cap_per == "order":
        return np.minimum(amounts, cap)
    key = lines.row
    if structure.cap_per == "month":
        month = months_of(facts.order_at[lines.order])
        key = facts.affiliate[lines.row] * (int(month.max(initial=0)) + 2) + month
    order = np.argsort(key, kind="stable")
    sums = np.cumsum(amounts[order])
    begins = np.flatnonzero(np.diff(key[order], prepend=-1))
    before = np.repeat(
        sums[begins] - amounts[order][begins] if begins.size else sums, np.diff([*begins, len(key)])
    )
    until = np.minimum(sums - before, cap)
    paid = np.diff(until, prepend=0.0)
    paid[begins] = until[begins]
    found = np.empty(len(amounts))
    found[order] = paid
    return found


def _override(parent: Ints, own: Floats, share: float, scale: float) -> Floats:
    found = np.zeros(len(own))
    has = parent >= 0
    np.add.at(found, parent[has], np.rint(own[has] * share * scale) / scale)
    return found


def _plain(name: str, value: Any, scale: float) -> float | int:
    return int(value) if name == "orders" else float(np.rint(float(value) * scale) / scale) + 0.0
