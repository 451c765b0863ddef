"""When has somebody left: what counts as leaving, the stretches that customers were there, and their months at risk.

A month at risk is a calendar month (UTC) that a customer began as active. Where the brand records who left
(`churned_at`), that is what counts; else somebody has left when they have been silent, with no order, for longer than a
declared multiple of the usual gap between two orders. They left on the day on which the silence became too long:
until then nobody could have known. Who orders again is active again.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Literal, TypeAlias, get_args

import numpy as np

from refnet.analysis.success import gaps
from refnet.analysis.success.churn.facts import Facts, Flags, Floats, Ints, first_day
from refnet.analysis.success.gaps import MULTIPLE
from refnet.core.errors import UsageError

Rule: TypeAlias = Literal["recorded", "inactive"]


@dataclass(frozen=True)
class Leaving:
    """What counts as leaving.

    Attributes:
        rule: recorded, as the brand says; or inactive, no order for longer than `multiple` times `usual_gap`.
        multiple: of the usual gap, declared.
        usual_gap: days from an order to the next, the median over customers; None: nobody has ordered twice.
    """

    rule: Rule
    multiple: float
    usual_gap: float | None

    @property
    def silence(self) -> float:
        """Days without an order after which somebody has left; inf where that is not what counts."""
        return self.multiple * self.usual_gap if self.rule == "inactive" and self.usual_gap else np.inf

    def told(self) -> dict[str, Any]:
        """As every figure shows it."""
        return {
            "rule": self.rule,
            "multiple": self.multiple if self.rule == "inactive" else None,
            "usual_gap_days": self.usual_gap,
            "silence_days": self.silence if np.isfinite(self.silence) else None,
            "reading": self.reading,
        }

    @property
    def reading(self) -> str:
        """In words."""
        if self.rule == "recorded":
            return "left: on the day that churned_at says"
        if not self.usual_gap:
            return "left: not known, nobody has ordered twice and nobody has a churned_at"
        return (
            f"left: no order for more than {self.silence:.0f} days, {self.multiple:g} times the usual gap of "
            f"{self.usual_gap:.0f} days"
        )


@dataclass(frozen=True)
class Spells:
    """Stretches of time that customers were there, each array of shape (s,).

    Attributes:
        who: whose.
        begin: when they joined, or ordered again.
        end: when they left; inf: they are there still.
    """

    who: Ints
    begin: Floats
    end: Floats

    def there(self, at: float) -> Ints:
        """The spells that began before a moment and had not ended: at most one of each customer."""
        return np.flatnonzero((self.begin < at) & (self.end >= at))


def leaving(facts: Facts, rule: str = "auto", multiple: float = MULTIPLE) -> Leaving:
    """What counts as leaving in these facts.

    Args:
        facts: of customers.
        rule: recorded, inactive, or auto: recorded where anybody has a churned_at.
        multiple: of the usual gap.

    Raises:
        UsageError: there is no such rule; the multiple is not above 0; `recorded`, and nothing is.
    """
    if rule not in ("auto", *get_args(Rule)):
        raise UsageError(f"There is no rule {rule}.", f"There are auto, {', '.join(get_args(Rule))}.")
    if not multiple > 0:
        raise UsageError(f"The multiple of the usual gap is {multiple:g}: it must be above 0.")
    recorded = bool(np.isfinite(facts.lost).any())
    if rule == "recorded" and not recorded:
        raise UsageError("Nobody has a churned_at.", "Load it with customers, or take --rule inactive.")
    chosen: Rule = "recorded" if rule == "recorded" or (rule == "auto" and recorded) else "inactive"
    return Leaving(chosen, multiple, usual_gap(facts))


def usual_gap(facts: Facts) -> float | None:
    """Days from an order to the next, as `gaps.usual_gap`; orders after the end of the data are not there."""
    who, at = facts.orders.who, facts.orders.at
    first, last = np.full(len(facts), np.inf), np.full(len(facts), -np.inf)
    np.minimum.at(first, who, at)
    np.maximum.at(last, who, at)
    return gaps.usual_gap(first, last, np.bincount(who, minlength=len(facts)))


def spells(facts: Facts, what: Leaving) -> Spells:
    """When customers were there. Who joined when is not known is left out."""
    known = np.flatnonzero(np.isfinite(facts.joined))
    if what.rule == "recorded":
        lost = facts.lost[known]
        seen = np.isfinite(lost) & (lost < facts.today)
        return Spells(known, facts.joined[known], np.where(seen, lost, np.inf))
    orders = facts.orders
    some = np.isfinite(facts.joined[orders.who])
    who = np.concatenate([known, orders.who[some]])
    at = np.concatenate([facts.joined[known], orders.at[some]])
    order = np.lexsort((at, who))
    who, at = who[order], at[order]
    last = np.append(who[1:] != who[:-1], True)
    following = np.where(last, facts.today, np.append(at[1:], np.inf))
    left = following - at > what.silence
    begins = np.ones(len(who), dtype=bool)
    begins[1:] = (who[1:] != who[:-1]) | left[:-1]
    ends = left | last
    end = np.where(left, at + what.silence, np.inf)
    return Spells(who[begins], at[begins], end[ends])


def month_starts(facts: Facts) -> Floats:
    """The first days of the calendar months from the second one on that are over, and of the one after: K + 1 of them.

    The first month begins with nobody there. A month is over when there is data of its last day.
    """
    joined = facts.joined[np.isfinite(facts.joined)]
    if not joined.size or not np.isfinite(facts.until):
        return np.zeros(0)
    first = _month(float(joined.min())) + 1
    last = _month(facts.today)  # its first day is known, so that the one before is over
    return first_day(np.arange(first, last + 1))


def _month(day: float) -> int:
    return int(np.datetime64(int(np.floor(day)), "D").astype("datetime64[M]").astype(np.int64))


@dataclass(frozen=True)
class Months:
    """Customer-months at risk, each array of shape (m,), by month and then by customer.

    Attributes:
        starts: shape (K + 1,), first days of the K months and of the one after.
        month: which one, from 0.
        who: whose.
        left: whether they left in it.
    """

    starts: Floats
    month: Ints
    who: Ints
    left: Flags

    def __len__(self) -> int:
        return len(self.who)

    @property
    def events(self) -> Ints:
        """How many left in each month, shape (K,)."""
        return np.bincount(self.month[self.left], minlength=max(len(self.starts) - 1, 0)).astype(np.int64)


def months_at_risk(facts: Facts, there: Spells) -> Months:
    """Every month that a customer began as active, and whether they left in it."""
    starts = month_starts(facts)
    month: list[Ints] = []
    who: list[Ints] = []
    left: list[Flags] = []
    for number, (begin, end) in enumerate(pairwise(starts)):
        some = there.there(begin)
        some = some[np.argsort(there.who[some], kind="stable")]
        month.append(np.full(len(some), number, dtype=np.int64))
        who.append(there.who[some])
        left.append(there.end[some] < end)
    if not month:
        none = np.zeros(0, dtype=np.int64)
        return Months(starts, none, none, np.zeros(0, dtype=bool))
    return Months(starts, np.concatenate(month), np.concatenate(who), np.concatenate(left))
