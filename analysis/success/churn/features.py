"""What is known of a customer at a moment: one row of numbers each, from what had happened before it and nothing else.

The columns are declared in FEATURES, in their order; changing what one means asks for another VERSION, and models
of other versions are not loaded. What a customer is today (plan, CRM role, label) is left out: what they were then
is not known. So is whether their referrer has left: that is measured apart (see `exposure`).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Literal, TypeAlias

import numpy as np
import numpy.typing as npt

from refnet.analysis.success.churn.facts import Events, Facts, Floats, Ints
from refnet.analysis.success.churn.leaving import Leaving, Months

VERSION = 1
MONTH = 365.25 / 12
Scale: TypeAlias = Literal["plain", "log1p", "log", "flag", "step"]
Matrix: TypeAlias = npt.NDArray[np.float32]

TENURE = (1, 2, 3, 6, 9, 12, 18, 24)
"""Months of being a customer at which one step ends and the next begins."""
SILENCE = (0.5, 1.0, 1.5, 2.0, 2.5, 3.0)
"""Days since the last order, in usual gaps, likewise."""
PRIOR = 200.0
"""Customer-months at the rate of all that are added to each country, channel and affiliate: few data say little."""


@dataclass(frozen=True)
class Feature:
    """A column.

    Attributes:
        name: its own.
        reason: the reason it belongs to; a reason's columns are told as one.
        about: what it says of a customer, with its unit.
        scale: how it is kept: plain; log1p, log(1 + x); log, of a ratio; flag, 1 or 0; step, 1 in one of several.
    """

    name: str
    reason: str
    about: str
    scale: Scale = "plain"


def _steps(name: str, reason: str, ends: tuple[float, ...], about: str) -> list[Feature]:
    edges = [0, *ends]
    told = [f"{a:g} to {b:g}" for a, b in pairwise(edges)] + [f"{ends[-1]:g} or more"]
    return [
        Feature(f"{name}_{number}", reason, about.format(step), "step") for number, step in enumerate(told)
    ]


FEATURES: tuple[Feature, ...] = (
    *_steps("tenure", "time as a customer", TENURE, "customer for {} months"),
    *_steps("silence", "time since the last order", SILENCE, "last order {} usual gaps ago"),
    Feature("silence_days", "time since the last order", "days since the last order"),
    Feature("silence_own", "time since the last order", "gaps of their own since the last order", "log1p"),
    Feature("orders_90", "orders", "orders in 90 days", "log1p"),
    Feature("orders_ever", "orders", "orders so far", "log1p"),
    Feature("orders_change", "orders", "orders in 90 days over those in the 90 days before", "log"),
    Feature("basket", "spending", "mean amount of an order", "log1p"),
    Feature("basket_change", "spending", "last order over the mean order", "log"),
    Feature("basket_fell", "spending", "last order below 0.8 of the one before", "flag"),
    Feature("tickets_30", "tickets", "tickets in 30 days"),
    Feature("tickets_30_many", "tickets", "three tickets or more in 30 days", "flag"),
    Feature("tickets_90", "tickets", "tickets in the 60 days before the last 30"),
    Feature("tickets_open", "tickets", "open tickets"),
    Feature("tickets_severe", "tickets", "severe tickets in 90 days"),
    Feature("tickets_ever", "tickets", "tickets a month so far"),
    Feature("nps_known", "surveys", "has answered an NPS survey", "flag"),
    Feature("nps", "surveys", "last NPS, standard deviations from the mean"),
    Feature("csat_known", "surveys", "has answered a CSAT survey in 180 days", "flag"),
    Feature("csat", "surveys", "last CSAT, standard deviations from the mean"),
    Feature("usage_known", "usage", "usage of the month before is known", "flag"),
    Feature("usage", "usage", "active days in the month before"),
    Feature("usage_change", "usage", "active days less those of the months before"),
    Feature("usage_ratio", "usage", "active days over those of the months before", "log"),
    Feature("usage_fell", "usage", "active days below 0.6 of those of the months before", "flag"),
    Feature("invited", "referring", "invitations in 180 days", "log1p"),
    Feature("brought", "referring", "people brought so far", "log1p"),
    Feature("was_brought", "where they come from", "brought by a customer", "flag"),
    Feature("by_affiliate", "where they come from", "brought by an affiliate", "flag"),
    Feature("country", "where they come from", "leaving in their country so far, over all", "log"),
    Feature("channel", "where they come from", "leaving in their channel so far, over all", "log"),
    Feature(
        "affiliate",
        "where they come from",
        "leaving among their affiliate's customers so far, over all",
        "log",
    ),
)
NAMES = tuple(feature.name for feature in FEATURES)
REASONS = tuple(dict.fromkeys(feature.reason for feature in FEATURES))


class Known:
    """What can be known at any moment, with what is the same for all moments worked out once.

    Args:
        facts: of customers.
        what: counts as leaving.
        months: at risk so far.
    """

    def __init__(self, facts: Facts, what: Leaving, months: Months) -> None:
        self.facts, self.gap, self.months = facts, what.usual_gap or MONTH, months

    def at(self, moment: float, who: Ints) -> Matrix:
        """The rows of some customers at a moment, in the order of FEATURES, float32, shape (len(who), F).

        Args:
            moment: days since 1970; only what was before it counts.
            who: customers who had joined before.
        """
        return _Moment(self, moment, who).matrix()

    @cached_property
    def brought(self) -> Events:
        """Whom each brought, and when; who came when is not known is left out."""
        at = np.where(
            np.isnan(self.facts.brought_at), self.facts.joined[self.facts.referee], self.facts.brought_at
        )
        return Events.of(self.facts.referrer, at)

    @cached_property
    def _counted(self) -> dict[str, tuple[Floats, Floats]]:
        """Of each origin, months at risk and leavings of each level by month, shape (K, levels)."""
        found = {}
        months = max(len(self.months.starts) - 1, 0)
        for name, codes in self.facts.origin.items():
            levels = int(codes.max(initial=-1)) + 1
            level = codes[self.months.who]
            place = self.months.month * (levels + 1) + np.where(level >= 0, level, levels)
            shape, size = (months, levels + 1), months * (levels + 1)
            risk = np.bincount(place, minlength=size).reshape(shape)
            left = np.bincount(place[self.months.left], minlength=size).reshape(shape)
            found[name] = np.asarray(risk, dtype=np.float64), np.asarray(left, dtype=np.float64)
        return found

    def rate(self, name: str, moment: float) -> Floats:
        """Leaving of each level of an origin over all, in the months that are over, log; the last is 'none'."""
        risk, left = self._counted[name]
        over = int(np.searchsorted(self.months.starts[1:], moment, side="right"))
        at_risk, gone = risk[:over].sum(axis=0), left[:over].sum(axis=0)
        if gone.sum() == 0:
            return np.zeros(risk.shape[1])
        base = gone.sum() / at_risk.sum()
        return np.asarray(np.log((gone + PRIOR * base) / (at_risk + PRIOR) / base))


class _Moment:
    """The features of some customers at one moment."""

    def __init__(self, known: Known, moment: float, who: Ints) -> None:
        self.known, self.facts, self.moment, self.who = known, known.facts, moment, who

    def matrix(self) -> Matrix:
        columns = [
            *self._orders(), *self._tickets(), *self._surveys(), *self._usage(), *self._referring(), *self._origin(),
        ]  # fmt: skip
        tenure = (self.moment - self.facts.joined[self.who]) / MONTH
        rows = np.empty((len(self.who), len(FEATURES)), dtype=np.float32)
        rows[:, : len(TENURE) + 1] = _step(tenure, TENURE)
        rows[:, len(TENURE) + 1 : len(TENURE) + len(SILENCE) + 2] = _step(
            self._silence / self.known.gap, SILENCE
        )
        for place, column in enumerate(columns, start=len(TENURE) + len(SILENCE) + 2):
            rows[:, place] = column
        return rows

    def _count(self, events: Events, back: float = np.inf, until: float = 0.0) -> Floats:
        """Events of each from `back` days before the moment to `until` days before it."""
        some = events.between(self.moment - back, self.moment - until)
        return np.bincount(events.who[some], minlength=len(self.facts))[self.who].astype(np.float64)

    def _sum(self, events: Events, back: float = np.inf, until: float = 0.0) -> Floats:
        some = events.between(self.moment - back, self.moment - until)
        total = np.bincount(events.who[some], weights=events.value[some], minlength=len(self.facts))
        return np.asarray(total[self.who], dtype=np.float64)

    def _last(self, events: Events, back: float = np.inf) -> tuple[Floats, Floats]:
        """When each one's last event was, and its value; NaN: none."""
        some = events.between(self.moment - back, self.moment)
        at, value = np.full(len(self.facts), np.nan), np.full(len(self.facts), np.nan)
        at[events.who[some]] = events.at[some]  # they are in the order of time: the last one stays
        value[events.who[some]] = events.value[some]
        return at[self.who], value[self.who]

    @cached_property
    def _last_order(self) -> tuple[Floats, Floats]:
        return self._last(self.facts.orders)

    @cached_property
    def _silence(self) -> Floats:
        """Days since the last order; since joining, without any."""
        at = self._last_order[0]
        return np.asarray(self.moment - np.where(np.isnan(at), self.facts.joined[self.who], at))

    def _orders(self) -> list[Floats]:
        orders, ever, spent = self.facts.orders, self._count(self.facts.orders), self._sum(self.facts.orders)
        recent, before = self._count(orders, 90), self._count(orders, 180, 90)
        tenure = self.moment - self.facts.joined[self.who]
        # Their own gap: what the usual one says counts as one gap more.
        own = (np.maximum(tenure - self._silence, 0) + self.known.gap) / np.maximum(ever, 1)
        mean = np.maximum(spent, 0) / np.maximum(ever, 1)
        last = np.nan_to_num(self._last_order[1])
        rest = np.where(ever > 1, np.maximum(spent - last, 0) / np.maximum(ever - 1, 1), last)
        before_last = self._before_last()
        return [
            self._silence,
            np.log1p(self._silence / own),
            np.log1p(recent),
            np.log1p(ever),
            np.where(tenure >= 180, np.log((recent + 0.5) / (before + 0.5)), 0.0),
            np.log1p(mean),
            np.clip(np.log((np.maximum(last, 0) + 1) / (rest + 1)), -3, 3),
            ((before_last > 0) & (last < 0.8 * before_last)).astype(np.float64),
        ]

    def _before_last(self) -> Floats:
        """The amount of the order before each one's last, 0 where there is none."""
        orders = self.facts.orders
        some = orders.between(-np.inf, self.moment)
        who = orders.who[some]
        order = np.argsort(who, kind="stable")
        ends = (
            np.flatnonzero(np.append(np.diff(who[order]) != 0, True)) if who.size else np.zeros(0, np.int64)
        )
        earlier = ends[ends > 0]
        earlier = earlier[who[order[earlier - 1]] == who[order[earlier]]]
        amount = np.zeros(len(self.facts))
        amount[who[order[earlier]]] = orders.value[some][order[earlier - 1]]
        return amount[self.who]

    def _tickets(self) -> list[Floats]:
        tickets = self.facts.tickets
        recent = self._count(tickets, 30)
        before = tickets.between(-np.inf, self.moment)
        still = tickets.until[before] >= self.moment
        pending = np.bincount(tickets.who[before][still], minlength=len(self.facts))[self.who]
        tenure = (self.moment - self.facts.joined[self.who]) / MONTH
        return [
            np.minimum(recent, 5),
            (recent >= 3).astype(np.float64),
            np.minimum(self._count(tickets, 90, 30), 5),
            np.minimum(pending, 3).astype(np.float64),
            np.minimum(self._sum(tickets, 90), 3),
            np.minimum(self._count(tickets) / np.maximum(tenure, 1), 3),
        ]

    def _surveys(self) -> list[Floats]:
        return [*self._answer(self.facts.nps, np.inf), *self._answer(self.facts.csat, 180)]

    def _answer(self, events: Events, back: float) -> list[Floats]:
        given = events.value[events.between(-np.inf, self.moment)]
        spread = float(given.std()) if given.size > 1 else 0.0
        score = self._last(events, back)[1]
        known = np.isfinite(score)
        standing = (
            np.where(known, (score - given.mean()) / spread, 0.0) if spread > 0 else np.zeros(len(score))
        )
        return [known.astype(np.float64), standing]

    def _usage(self) -> list[Floats]:
        # A month's usage is known from its last moment on; months are 28 to 31 days long.
        usage = self.facts.usage
        month = float(usage.at[usage.at <= self.moment].max(initial=-np.inf)) if len(usage) else -np.inf
        fresh = month > self.moment - 31
        if not fresh:
            return [np.zeros(len(self.who)) for _ in range(5)]
        now = slice(*np.searchsorted(usage.at, [month, np.nextafter(month, np.inf)]))
        active = np.full(len(self.facts), np.nan)
        active[usage.who[now]] = usage.value[now]
        earlier = usage.between(month - 95, month)
        known = np.isfinite(usage.value[earlier])
        who = usage.who[earlier][known]
        total = np.bincount(who, weights=usage.value[earlier][known], minlength=len(self.facts))[self.who]
        count = np.bincount(who, minlength=len(self.facts))[self.who]
        last, mean = active[self.who], total / np.maximum(count, 1)
        both = np.isfinite(last) & (count > 0)
        return [
            np.isfinite(last).astype(np.float64),
            np.nan_to_num(last),
            np.where(both, np.nan_to_num(last) - mean, 0.0),
            np.where(both, np.log((np.nan_to_num(last) + 1) / (mean + 1)), 0.0),
            (both & (np.nan_to_num(last) < 0.6 * mean)).astype(np.float64),
        ]

    def _referring(self) -> list[Floats]:
        return [
            np.log1p(self._count(self.facts.invitations, 180)),
            np.log1p(self._count(self.known.brought)),
        ]

    def _origin(self) -> list[Floats]:
        affiliate = self.facts.origin.get("affiliate")
        by_affiliate = (
            affiliate[self.who] >= 0 if affiliate is not None else np.zeros(len(self.who), dtype=bool)
        )
        return [
            (self.facts.brought_by[self.who] >= 0).astype(np.float64),
            by_affiliate.astype(np.float64),
            *(self._rate(name) for name in ("country", "channel", "affiliate")),
        ]

    def _rate(self, name: str) -> Floats:
        if name not in self.facts.origin:
            return np.zeros(len(self.who))
        return self.known.rate(name, self.moment)[self.facts.origin[name][self.who]]  # −1 is the last: none


def _step(value: Floats, ends: tuple[float, ...]) -> Matrix:
    """1 in the step that each value is in, 0 in the others."""
    place = np.searchsorted(ends, value, side="right")
    steps = np.zeros((len(value), len(ends) + 1), dtype=np.float32)
    steps[np.arange(len(value)), place] = 1.0
    return steps
