"""What is known of customers after they came, as columns read once: orders, tickets, answers, usage, landings.

Customers are numbered in the order read; −1 stands for nobody. Times are days since 1970 in UTC, NaN where not known;
amounts are in the graph's currency, NaN where not known. Everything else of this room works on these arrays, so that it
is the same for a graph and for files.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from functools import cached_property
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd

Floats: TypeAlias = npt.NDArray[np.float64]
Ints: TypeAlias = npt.NDArray[np.int64]
Flags: TypeAlias = npt.NDArray[np.bool_]
Levels: TypeAlias = npt.NDArray[np.object_]

MONTH_DAYS = 30.4375

CUSTOMER_NUMBERS = ("joined", "lost", "lastOrder", "consent", "revenue", "cltv", "retentionCost", "affiliate")
CUSTOMER_TEXTS = ("customerId", "name", "channel", "crmRole", "healthLabel")


@dataclass(frozen=True)
class Events:
    """Rows of one kind: whose, when, and what else is told of each.

    Attributes:
        who: shape (m,), the customer's number.
        at: shape (m,), when.
        value: shape (m,): an order's amount after refunds, an answer's score, a month's active days; NaN: not known.
        until: shape (m,): when a ticket was closed; NaN: open, or not known.
        kind: shape (m,), texts, None where there is none: an order's or a survey's kind.
    """

    who: Ints
    at: Floats
    value: Floats
    until: Floats
    kind: Levels

    def __len__(self) -> int:
        return len(self.who)

    def some(self, chosen: Flags) -> Events:
        """Those of them that are chosen, shape (m,)."""
        return Events(**{field.name: getattr(self, field.name)[chosen] for field in fields(self)})


@dataclass(frozen=True)
class Record:
    """Customers and what is known of them.

    Attributes:
        until: the day up to which everything is known; what is later is not in here.
        ids, name, channel, role, label: of each customer, shape (n,); texts, None where not known.
        joined, lost, last_order: days; lost NaN: still there.
        consent: 1, 0, NaN where not known. affiliate: whether they act as one.
        revenue, cltv, retention_cost: amounts.
        orders, tickets, surveys, usage, invitations: usage has a row for each customer and month, dated by
            the month's last day: before that it is not known.
        referrer: the customer who brought each first, −1: none did. brought_by: the affiliate's id, None: none did.
        brought_at: when a referral brought them.
        page, niche, use_case, page_affiliate: of their first landing; None: not known.
        visits: {(page, affiliate or None): visits}, of all days.
    """

    until: float
    ids: Levels
    name: Levels
    channel: Levels
    role: Levels
    label: Levels
    joined: Floats
    lost: Floats
    last_order: Floats
    consent: Floats
    affiliate: Flags
    revenue: Floats
    cltv: Floats
    retention_cost: Floats
    orders: Events
    tickets: Events
    surveys: Events
    usage: Events
    invitations: Events
    referrer: Ints
    brought_by: Levels
    brought_at: Floats
    page: Levels
    niche: Levels
    use_case: Levels
    page_affiliate: Levels
    visits: Mapping[tuple[str, str | None], float]

    def __len__(self) -> int:
        return len(self.ids)

    @cached_property
    def present(self) -> Flags:
        """Who has joined and not left, shape (n,); who joined when is not known counts as joined."""
        return ~(self.joined > self.until) & ~(self.lost <= self.until)

    @cached_property
    def brought(self) -> Ints:
        """How many each has brought, shape (n,)."""
        return np.bincount(self.referrer[self.referrer >= 0], minlength=len(self)).astype(np.int64)

    @cached_property
    def first_sign(self) -> Floats:
        """When each first invited or brought somebody, shape (n,), NaN: not yet."""
        own = self.referrer >= 0
        who = np.concatenate([self.invitations.who, self.referrer[own]])
        return first_of(who, np.concatenate([self.invitations.at, self.brought_at[own]]), len(self))

    @cached_property
    def usage_since(self) -> float | None:
        """The first day of the first month of usage; None: none is loaded."""
        return float(self.usage.at.min()) - 30 if len(self.usage) else None

    def as_of(self, day: float) -> Record:
        """The same as it was known at the beginning of a day: what came later is left out; columns without dates stay.

        Customers stay all, with what they had by then; CLTV, roles and costs have no date and stay as they are.
        """
        cut = {
            name: (events := getattr(self, name)).some(events.at < day)
            for name in ("orders", "tickets", "surveys", "usage", "invitations")
        }
        tickets = cut["tickets"]
        cut["tickets"] = replace(tickets, until=np.where(tickets.until < day, tickets.until, np.nan))
        came = ~(self.brought_at >= day)
        return replace(
            self,
            until=day,
            lost=np.where(self.lost < day, self.lost, np.nan),
            last_order=last_of(cut["orders"].who, cut["orders"].at, len(self)),
            revenue=summed(cut["orders"].who, cut["orders"].value, len(self)),
            referrer=np.where(came, self.referrer, -1),
            **cut,
        )


def first_of(who: Ints, at: Floats, count: int) -> Floats:
    """The earliest moment of each customer, shape (count,); NaN: none. Nobody's, and unknown ones, are left out."""
    found = np.full(count, np.inf)
    known = (who >= 0) & ~np.isnan(at)
    np.minimum.at(found, who[known], at[known])
    found[np.isinf(found)] = np.nan
    return found


def last_of(who: Ints, at: Floats, count: int) -> Floats:
    """The latest moment of each, as `first_of`."""
    return -first_of(who, -at, count)


def summed(who: Ints, value: Floats, count: int) -> Floats:
    """What each customer's values sum to, shape (count,)."""
    known = (who >= 0) & ~np.isnan(value)
    return np.bincount(who[known], weights=value[known], minlength=count).astype(np.float64)


def record_of(tables: Mapping[str, Mapping[str, Any]], until: float | None) -> Record:
    """The record of columns as the queries of cypher/success give them.

    Args:
        tables: customers, orders, tickets, surveys, usage, landings, visits, brought (cypher/success) and invitations
            (cypher/programme): columns by name, texts as arrays of objects, numbers as floats; those missing are empty.
        until: the end of the data in days since 1970; None: there are none.
    """
    customers = tables["customers"]
    ids = np.asarray(customers["customerId"], dtype=object)
    count, index = len(ids), pd.Index(ids)

    def column(table: str, name: str, nothing: float | None, kind: type) -> npt.NDArray[Any]:
        given = tables.get(table, {})
        rows = len(next(iter(given.values()), ()))
        return np.asarray(given[name], dtype=kind) if name in given else np.full(rows, nothing, dtype=kind)

    def _texts(table: str, name: str) -> Levels:
        return column(table, name, None, object)

    def _numbers(table: str, name: str) -> Floats:
        return column(table, name, np.nan, np.float64)

    def number(table: str, name: str = "customerId") -> Ints:
        return np.asarray(index.get_indexer(pd.Index(_texts(table, name))), dtype=np.int64)

    def events(table: str, at: Floats, value: str = "", closed: str = "", kind: str = "") -> Events:
        who = number(table)
        nothing = np.full(len(who), np.nan)
        found = Events(
            who,
            at,
            _numbers(table, value) if value else nothing,
            _numbers(table, closed) if closed else nothing,
            _texts(table, kind) if kind else np.full(len(who), None, dtype=object),
        )
        return found.some((who >= 0) & ~np.isnan(at))

    referrer, brought_by, brought_at = _brought(
        number("brought"), number("brought", "referrer"), _texts("brought", "affiliate"),
        _numbers("brought", "at"), count,
    )  # fmt: skip
    landing = _first_landing(number("landings"), _numbers("landings", "landed"), count)
    own = {
        name: np.asarray(customers[name], dtype=object if name in CUSTOMER_TEXTS else np.float64)
        for name in (*CUSTOMER_TEXTS, *CUSTOMER_NUMBERS)
    }
    visits = zip(
        _texts("visits", "landingPage"),
        _texts("visits", "affiliateId"),
        _numbers("visits", "visits"),
        strict=True,
    )
    used = _last_day(_numbers("usage", "year"), _numbers("usage", "month"))
    return Record(
        until=-np.inf if until is None else until,
        ids=ids,
        name=own["name"],
        channel=own["channel"],
        role=own["crmRole"],
        label=own["healthLabel"],
        joined=own["joined"],
        lost=own["lost"],
        last_order=own["lastOrder"],
        consent=own["consent"],
        affiliate=own["affiliate"] > 0,
        revenue=own["revenue"],
        cltv=own["cltv"],
        retention_cost=own["retentionCost"],
        orders=events("orders", _numbers("orders", "placed"), "amount", kind="kind"),
        tickets=events("tickets", _numbers("tickets", "opened"), closed="closed"),
        surveys=events("surveys", _numbers("surveys", "answered"), "score", kind="kind"),
        usage=_by_month(events("usage", used, "activeDays")),
        invitations=events("invitations", _numbers("invitations", "sent")),
        referrer=referrer,
        brought_by=brought_by,
        brought_at=brought_at,
        **{
            name: _at(_texts("landings", column), landing)
            for name, column in (
                ("page", "landingPage"),
                ("niche", "niche"),
                ("use_case", "useCase"),
                ("page_affiliate", "affiliateId"),
            )
        },
        visits={(page, affiliate): float(many) for page, affiliate, many in visits},
    )  # fmt: skip


def _brought(who: Ints, by: Ints, affiliate: Levels, at: Floats, count: int) -> tuple[Ints, Levels, Floats]:
    """The first customer, and the first affiliate, who brought each, and when the first of all did."""
    order = np.argsort(-np.nan_to_num(at, nan=np.inf), kind="stable")  # the first is written last
    who, by, affiliate, at = who[order], by[order], affiliate[order], at[order]
    referrer, brought_by = np.full(count, -1, dtype=np.int64), np.full(count, None, dtype=object)
    mine = (who >= 0) & (by >= 0)
    referrer[who[mine]] = by[mine]
    theirs = (who >= 0) & (by < 0)
    brought_by[who[theirs]] = affiliate[theirs]
    return referrer, brought_by, first_of(who, at, count)


def _first_landing(who: Ints, landed: Floats, count: int) -> Ints:
    """The row of each customer's first landing, undated ones last; −1: none."""
    order = np.argsort(-np.nan_to_num(landed, nan=np.inf), kind="stable")
    found = np.full(count, -1, dtype=np.int64)
    order = order[who[order] >= 0]
    found[who[order]] = order
    return found


def _at(values: Levels, rows: Ints) -> Levels:
    return np.append(values, np.array([None], dtype=object))[rows]


def _last_day(year: Floats, month: Floats) -> Floats:
    """The last day of a month, in days since 1970."""
    known = ~(np.isnan(year) | np.isnan(month))
    months = np.where(known, (year - 1970) * 12 + month, 0).astype(np.int64).astype("datetime64[M]")
    return np.where(known, months.astype("datetime64[D]").astype(np.float64) - 1, np.nan)


def _by_month(usage: Events) -> Events:
    """One row for each customer and month: of several features the one most used."""
    frame = pd.DataFrame({"who": usage.who, "at": usage.at, "value": usage.value})
    most = frame.groupby(["who", "at"], sort=True)["value"].max().reset_index()
    nothing = np.full(len(most), np.nan)
    return Events(
        most["who"].to_numpy(np.int64),
        most["at"].to_numpy(np.float64),
        most["value"].to_numpy(np.float64),
        nothing,
        np.full(len(most), None, dtype=object),
    )
