"""Those brought, a row for each affiliate and customer, with all that is counted of them; and how they are grouped."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal, get_args

import numpy as np

from refnet.analysis.success.affiliates.facts import Facts, Floats, Ints, month_name, months_of
from refnet.core.errors import UsageError

By = Literal["affiliate", "programme", "niche", "month"]


@dataclass(frozen=True)
class Group:
    """What a scorecard counts.

    Attributes:
        level: an affiliate's id, a programme, niche or month; None: not known.
        rows: places among those brought. earned: places among commissions.
        visits, clicks: how many; NaN where none are known.
    """

    level: str | None
    rows: Ints
    earned: Ints
    visits: float
    clicks: float


@dataclass(frozen=True)
class Rows:
    """Columns of those brought, each of shape (b,): amounts by credit."""

    facts: Facts

    def _of(self, values: Floats) -> Floats:
        facts = self.facts
        return np.asarray(facts.credit * np.nan_to_num(values)[facts.customer])

    @cached_property
    def sales(self) -> Floats:
        """Spent so far, less refunds."""
        return self._of(self.facts.revenue)

    @cached_property
    def refunds(self) -> Floats:
        """Given back."""
        return self._of(self.facts.refunded)

    @cached_property
    def value(self) -> Floats:
        """Margin, or sales where no margin is known."""
        return self._of(self.facts.value)

    @cached_property
    def below(self) -> tuple[Floats, Floats]:
        """People below, and what they spent."""
        heads, spent = self.facts.below
        return self._of(heads), self._of(spent)

    @cached_property
    def commission(self) -> Floats:
        """What their affiliate got for them."""
        facts = self.facts
        tied = (facts.earned_row >= 0) & (facts.status >= 0)
        return np.bincount(
            facts.earned_row[tied], weights=facts.earned_amount[tied], minlength=len(facts.customer)
        ).astype(np.float64)

    @cached_property
    def overrides(self) -> Floats:
        """What affiliates above theirs got for them."""
        facts = self.facts
        counts = (self.override_row >= 0) & (facts.status >= 0)
        return np.bincount(
            self.override_row[counts], weights=facts.earned_amount[counts], minlength=len(facts.customer)
        ).astype(np.float64)

    @cached_property
    def override_row(self) -> Ints:
        """Of each commission, the place among those brought of a customer whom an affiliate below the earner brought;
        −1: none.
        """
        facts = self.facts
        found = np.full(len(facts.earner), -1, dtype=np.int64)
        loose = np.flatnonzero((facts.earned_row < 0) & (facts.earned_for >= 0))
        if not loose.size or not (facts.partners.parent >= 0).any():
            return found
        by_customer: dict[int, list[int]] = {}
        for row, customer in enumerate(facts.customer):
            by_customer.setdefault(int(customer), []).append(row)
        for place in loose:
            for row in by_customer.get(int(facts.earned_for[place]), ()):
                if int(facts.earner[place]) in above(facts.partners.parent, int(facts.affiliate[row])):
                    found[place] = row
                    break
        return found


def above(parent: Ints, affiliate: int) -> list[int]:
    """The affiliates above one, the nearest first; a circle ends where it began."""
    found: list[int] = []
    at = int(parent[affiliate])
    while at >= 0 and at != affiliate and at not in found:
        found.append(at)
        at = int(parent[at])
    return found


def families(parent: Ints) -> dict[int, list[int]]:
    """The affiliates below each one that has any, through all levels."""
    found: dict[int, list[int]] = {}
    for affiliate in np.flatnonzero(parent >= 0):
        for one in above(parent, int(affiliate)):
            found.setdefault(one, []).append(int(affiliate))
    return found


def groups(facts: Facts, by: By) -> Iterator[Group]:
    """Every level with its rows, commissions and clicks, in the order of levels; what is of no level last.

    A commission belongs to who earned it; by month to the month in which its customer joined, else in which it was
    earned. Clicks by month are those of that month.

    Raises:
        UsageError: there is no such `by`.
    """
    if by not in get_args(By):
        raise UsageError(f"There are no affiliates by {by}.", f"There are {', '.join(get_args(By)[1:])}.")
    rows, earned, clicks, names = _codes(facts, by)
    size = len(names) + 1  # the last: not known
    parts = [_split(codes, size) for codes in (rows, earned, clicks)]
    for code, name in enumerate([*names, None]):
        mine, got, seen = (part[code] for part in parts)
        if name is None and not (mine.size or got.size):
            continue
        known = seen.size > 0
        yield Group(
            name,
            mine,
            got,
            float(facts.visits[seen].sum()) if known else float("nan"),
            float(facts.clicks[seen].sum()) if known else float("nan"),
        )


def whole(facts: Facts) -> Group:
    """All affiliates together: each customer and each commission once."""
    known = len(facts.clicks) > 0
    return Group(
        None,
        np.arange(len(facts.customer)),
        np.arange(len(facts.earner)),
        float(facts.visits.sum()) if known else float("nan"),
        float(facts.clicks.sum()) if known else float("nan"),
    )


def _codes(facts: Facts, by: By) -> tuple[Ints, Ints, Ints, list[str]]:
    if by == "month":
        row = facts.month[facts.customer]
        tied = facts.earned_row
        joined = row[tied] if len(row) else np.full(len(tied), -1)
        earned = np.where(tied >= 0, joined, months_of(facts.earned))
        every = np.unique(np.concatenate([row, earned, facts.click_month]))
        every = every[every >= 0]
        return (
            _place(every, row),
            _place(every, earned),
            _place(every, facts.click_month),
            [month_name(int(month)) for month in every],
        )
    partners = facts.partners
    if by == "affiliate":
        at = np.arange(len(partners))
        names = [str(one) for one in partners.ids]
    else:
        told = partners.niche if by == "niche" else partners.programme
        names = sorted({str(one) for one in told if one is not None})
        place = {name: code for code, name in enumerate(names)}
        at = np.array([place.get(str(one), -1) if one is not None else -1 for one in told], dtype=np.int64)
    return _at(at, facts.affiliate), _at(at, facts.earner), _at(at, facts.click_affiliate), names


def _at(codes: Ints, who: Ints) -> Ints:
    return np.where(who >= 0, codes[who], -1) if len(codes) else np.full(len(who), -1)


def _place(levels: Ints, values: Ints) -> Ints:
    place = np.searchsorted(levels, values)
    return np.where(values >= 0, place, -1)


def _split(codes: Ints, size: int) -> list[Any]:
    """Places by code; −1 is the last one."""
    code = np.where(codes < 0, size - 1, codes)
    order = np.argsort(code, kind="stable")
    return list(np.split(order, np.searchsorted(code[order], np.arange(1, size))))


def first_of(customers: Ints) -> tuple[Ints, Ints]:
    """Of rows, the place of each customer's first one, and for each row the customer's place among them."""
    _, first, inverse = np.unique(customers, return_index=True, return_inverse=True)
    return first, inverse
