"""The signals that a health score can be made from: what each is, and its value for every customer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from refnet.analysis.success.record import MONTH_DAYS, Floats, Record, last_of, summed

YEAR, TICKET_DAYS = 365.0, 180.0
USAGE_DAYS = 62.0  # of the last two months the newest counts
USAGE = "active_days"
SURVEYS = ("nps", "csat")
WORDS = ("crm_role",)


@dataclass(frozen=True)
class Kind:
    """A signal.

    Attributes:
        about: what it is, with its unit, for a person.
        value: of every customer, shape (n,); NaN: not known. Of words there is none.
        lookback_days: how far back it looks; 0: it has no date.
    """

    about: str
    value: Callable[[Record], Floats]
    lookback_days: float = 0.0


def _active_days(of: Record) -> Floats:
    """The newest month of the last two; 0 for who has used it before, and not then."""
    found = _latest(of, of.usage.who, of.usage.at, of.usage.value, of.until - USAGE_DAYS)
    before = np.zeros(len(of), dtype=bool)
    before[of.usage.who] = True
    lately = (of.usage.at > of.until - USAGE_DAYS).any()
    return np.where(np.isnan(found) & before & lately, 0.0, found)


def _usage_change(of: Record) -> Floats:
    now = _active_days(of)
    last = last_of(of.usage.who, of.usage.at, len(of))
    # Of who has stopped all months are before.
    stopped = ~(last > of.until - USAGE_DAYS)
    edge = np.where(stopped, np.inf, last)
    earlier = (of.usage.at < edge[of.usage.who]) & ~np.isnan(of.usage.value)
    newest = np.where(stopped, last, last - 31)
    earlier &= of.usage.at > newest[of.usage.who] - 85  # three months
    total = summed(of.usage.who[earlier], of.usage.value[earlier], len(of))
    months = np.bincount(of.usage.who[earlier], minlength=len(of))
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where((months > 0) & (total > 0), now / (total / months), np.nan)


def _recency(of: Record) -> Floats:
    return np.maximum(of.until - of.last_order, 0.0)


def _ltv_net(of: Record) -> Floats:
    return of.cltv - np.nan_to_num(of.retention_cost)


def _retention_share(of: Record) -> Floats:
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(of.revenue > 0, of.retention_cost / of.revenue, np.nan)


def _expansion(kind: str) -> Callable[[Record], Floats]:
    def value(of: Record) -> Floats:
        told = of.orders.kind != None  # noqa: E711 (of each)
        if not np.asarray(told).any():
            return np.full(len(of), np.nan)
        taken = (of.orders.kind == kind) & (of.orders.at > of.until - YEAR)
        found = summed(of.orders.who[taken], of.orders.value[taken], len(of))
        return np.where(np.bincount(of.orders.who, minlength=len(of)) > 0, found, np.nan)

    return value


def _tickets_month(of: Record) -> Floats:
    if not len(of.tickets):
        return np.full(len(of), np.nan)
    lately = of.tickets.at > of.until - TICKET_DAYS
    count = np.bincount(of.tickets.who[lately], minlength=len(of))
    there = np.clip(np.nan_to_num(of.until - of.joined, nan=TICKET_DAYS), MONTH_DAYS, TICKET_DAYS)
    return np.asarray(count / (there / MONTH_DAYS))


def open_tickets(of: Record) -> Floats:
    """How many tickets of each are open, shape (n,); NaN where no ticket of anybody is loaded."""
    if not len(of.tickets):
        return np.full(len(of), np.nan)
    still = np.isnan(of.tickets.until) | (of.tickets.until > of.until)
    return np.bincount(of.tickets.who[still], minlength=len(of)).astype(np.float64)


def _survey(kind: str) -> Callable[[Record], Floats]:
    def value(of: Record) -> Floats:
        rows = of.surveys.kind == kind
        return _latest(of, of.surveys.who[rows], of.surveys.at[rows], of.surveys.value[rows], of.until - YEAR)

    return value


def _latest(of: Record, who: np.typing.NDArray[np.int64], at: Floats, value: Floats, since: float) -> Floats:
    """The newest value of each after a day, shape (n,); NaN: none."""
    rows = np.flatnonzero((at > since) & ~np.isnan(value))
    rows = rows[np.argsort(at[rows], kind="stable")]
    found = np.full(len(of), np.nan)
    found[who[rows]] = value[rows]
    return found


SIGNALS: dict[str, Kind] = {
    "active_days": Kind("days active in the last month", _active_days, USAGE_DAYS),
    "usage_change": Kind("active days over the three months before", _usage_change, 5 * MONTH_DAYS),
    "recency_days": Kind("days since the last order", _recency),
    "ltv_net": Kind("CLTV less retention cost", _ltv_net),
    "upsell": Kind("upsell in the last 365 days", _expansion("upsell"), YEAR),
    "cross_sell": Kind("cross-sell in the last 365 days", _expansion("cross_sell"), YEAR),
    "retention_share": Kind("retention cost as a share of revenue", _retention_share),
    "tickets_month": Kind("tickets a month", _tickets_month, TICKET_DAYS),
    "open_tickets": Kind("open tickets", open_tickets),
    "nps": Kind("last NPS answer", _survey("nps"), YEAR),
    "csat": Kind("last CSAT answer", _survey("csat"), YEAR),
    "crm_role": Kind("role in the CRM", lambda of: np.full(len(of), np.nan)),
    "tenure_days": Kind("days since joining", lambda of: of.until - of.joined),
    "brought": Kind("customers brought", lambda of: of.brought.astype(np.float64)),
}
"""Every signal by its name."""
