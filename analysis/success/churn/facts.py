"""What the churn model is made from, read once from the graph as columns.

Customers are numbered in the order read; −1 stands for nobody. Times are days since 1970 in UTC, NaN where not known;
amounts are in the graph's currency.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from functools import cached_property
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd

from refnet.analysis.influence.columns import Kind, read
from refnet.core.progress import Progress
from refnet.graph import Graph

Floats: TypeAlias = npt.NDArray[np.float64]
Ints: TypeAlias = npt.NDArray[np.int64]
Flags: TypeAlias = npt.NDArray[np.bool_]
Texts: TypeAlias = npt.NDArray[np.object_]

_TABLES: dict[str, dict[str, Kind]] = {
    "customers": {
        "customerId": "text",
        "joined": "number",
        "lost": "number",
        "country": "text",
        "channel": "text",
        "affiliateId": "text",
    },
    "orders": {"customerId": "text", "placed": "number", "amount": "number"},
    "tickets": {"customerId": "text", "opened": "number", "closed": "number", "severity": "text"},
    "surveys": {"customerId": "text", "kind": ("nps", "csat"), "score": "number", "answered": "number"},
    "usage": {"customerId": "text", "year": "number", "month": "number", "activeDays": "number"},
    "invitations": {"customerId": "text", "sent": "number"},
    "referrals": {"referrer": "text", "referee": "text", "at": "number", "credit": "number"},
}
SEVERE = frozenset(("high", "urgent", "critical", "blocker", "severe", "1", "p1"))
"""Words for a ticket that matters much, in small letters."""


@dataclass(frozen=True)
class Events:
    """What happened to customers, in the order of time.

    Attributes:
        who, at: shape (m,); `at` rises, what has no time is left out.
        value: shape (m,), what comes with it: an amount, a score, a number of days.
        until: shape (m,), when it ended, inf: not yet.
    """

    who: Ints
    at: Floats
    value: Floats
    until: Floats

    @classmethod
    def of(
        cls, who: npt.ArrayLike, at: npt.ArrayLike, value: Any = None, until: Any = None, within: Any = True
    ) -> Events:
        """Events in whatever order; those of nobody, without a time, or not `within` are left out."""
        number, time = np.asarray(who, dtype=np.int64), np.asarray(at, dtype=np.float64)
        worth = np.ones(len(number)) if value is None else np.asarray(value, dtype=np.float64)
        end = np.full(len(number), np.inf) if until is None else np.asarray(until, dtype=np.float64)
        some = np.flatnonzero((number >= 0) & np.isfinite(time) & within)
        order = some[np.argsort(time[some], kind="stable")]
        return cls(number[order], time[order], worth[order], np.where(np.isnan(end), np.inf, end)[order])

    def __len__(self) -> int:
        return len(self.who)

    def between(self, since: float, until: float) -> slice:
        """Those from `since` on and before `until`."""
        first, last = np.searchsorted(self.at, [since, until])
        return slice(int(first), int(last))


NONE = Events.of([], [])


@dataclass(frozen=True)
class Facts:
    """Customers and what happened to them.

    Attributes:
        until: when the last thing happened, −inf in an empty graph.
        ids: of the customers, in the order of their numbers.
        joined, lost: of each, shape (n,); `lost` as loaded.
        origin: country, channel and affiliate of each as codes, −1 where there is none or it is not known.
        orders: value is the amount less what was given back.
        tickets: value is 1 where severe, else 0; until when closed.
        nps, csat: value is the score.
        usage: value is the active days of a calendar month, `at` is its last moment: then it can be known.
        invitations: whom they are by.
        referrer, referee, credit: of each credited referral by a customer, shape (e,).
        brought_at: of each, when; NaN: not known.
    """

    until: float
    ids: Texts
    joined: Floats
    lost: Floats
    origin: Mapping[str, Ints] = field(default_factory=dict)
    orders: Events = NONE
    tickets: Events = NONE
    nps: Events = NONE
    csat: Events = NONE
    usage: Events = NONE
    invitations: Events = NONE
    referrer: Ints = field(default_factory=lambda: np.zeros(0, np.int64))
    referee: Ints = field(default_factory=lambda: np.zeros(0, np.int64))
    credit: Floats = field(default_factory=lambda: np.zeros(0))
    brought_at: Floats = field(default_factory=lambda: np.zeros(0))

    def __len__(self) -> int:
        return len(self.joined)

    @property
    def today(self) -> float:
        """The first moment after the last day that there is data of."""
        return float(np.floor(self.until) + 1)

    @cached_property
    def brought_by(self) -> Ints:
        """The customer who brought each, shape (n,), the one with the most credit of several; −1: none did."""
        found = np.full(len(self), -1, dtype=np.int64)
        order = np.lexsort((-self.referrer, self.credit))  # the last one written stays
        found[self.referee[order]] = self.referrer[order]
        return found

    @property
    def heard(self) -> list[str]:
        """What there is anything of, besides customers."""
        return [
            one.name
            for one in fields(self)
            if isinstance(getattr(self, one.name), Events) and len(getattr(self, one.name))
        ]


def read_facts(graph: Graph, until: float | None, progress: Progress) -> Facts:
    """Read them from the graph.

    Args:
        graph: is asked, in streams.
        until: when the last thing happened, in days since 1970; None in an empty graph.
        progress: told of the rows.

    Raises:
        StoreError: the graph cannot be reached or refuses.
    """
    found = {name: read(graph, f"churn/{name}", kinds, progress) for name, kinds in _TABLES.items()}
    customers, orders, tickets = found["customers"], found["orders"], found["tickets"]
    surveys, usage, referrals = found["surveys"], found["usage"], found["referrals"]
    ids = texts(customers["customerId"])
    index: pd.Index[Any] = pd.Index(ids)

    def number(column: Any) -> Ints:
        return np.asarray(index.get_indexer(pd.Index(texts(column))), dtype=np.int64)

    severe = np.isin(np.char.lower(texts(tickets["severity"]).astype(str)), list(SEVERE))
    answered = number(surveys["customerId"])
    referrer, referee = number(referrals["referrer"]), number(referrals["referee"])
    own = (referrer >= 0) & (referee >= 0)
    ended = month_number(usage["year"], usage["month"]) + 1
    return Facts(
        until=-np.inf if until is None else until,
        ids=ids,
        joined=customers["joined"],
        lost=customers["lost"],
        origin={
            name: coded(texts(customers[column]))
            for name, column in (("country", "country"), ("channel", "channel"), ("affiliate", "affiliateId"))
        },
        orders=Events.of(number(orders["customerId"]), orders["placed"], orders["amount"]),
        tickets=Events.of(number(tickets["customerId"]), tickets["opened"], severe, tickets["closed"]),
        nps=Events.of(answered, surveys["answered"], surveys["score"], within=surveys["kind"] == 0),
        csat=Events.of(answered, surveys["answered"], surveys["score"], within=surveys["kind"] == 1),
        usage=Events.of(number(usage["customerId"]), first_day(ended), usage["activeDays"]),
        invitations=Events.of(number(found["invitations"]["customerId"]), found["invitations"]["sent"]),
        referrer=referrer[own],
        referee=referee[own],
        credit=referrals["credit"][own],
        brought_at=referrals["at"][own],
    )


def texts(column: Any) -> Texts:
    """A column of arrow as Python's texts, None where there is none."""
    return np.asarray(column.to_numpy(zero_copy_only=False), dtype=object)


def coded(levels: Texts) -> Ints:
    """Levels as codes from 0, −1 where there is none; in the order of the alphabet, whatever order they come in."""
    codes, _ = pd.factorize(levels, sort=True)
    return np.asarray(codes, dtype=np.int64)


def month_number(year: Floats, month: Floats) -> Floats:
    """Months since January 1970."""
    return np.asarray((year - 1970) * 12 + month - 1)


def called(day: float) -> str | None:
    """A day since 1970 as 2024-05-03; None where it is not known."""
    return str(np.datetime64(int(day), "D")) if np.isfinite(day) else None


def first_day(month: npt.ArrayLike) -> Floats:
    """The first day of months since January 1970, in days since 1970; NaN stays."""
    number = np.asarray(month, dtype=np.float64)
    known = np.isfinite(number)
    days = np.where(known, number, 0).astype(np.int64).astype("datetime64[M]").astype("datetime64[D]")
    return np.where(known, days.astype(np.int64).astype(np.float64), np.nan)
