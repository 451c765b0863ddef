"""A second example brand, by other mechanics: software for teams, by the month. What is drawn, as arrays.

Here leaving has reasons that the first brand's has not. Customers renew on the same day of each month or leave on it.
Who is new leaves easily, then hardly anybody, and after a year more again; a month with a burst of tickets makes
leaving likelier, and so does a smaller bill; who came by paid search leaves sooner, who came by an event later; and
once their referrer has left, customers leave GONE times as easily. Over the three years leaving becomes commoner and
the bursts matter less: what is learnt early is not quite true later.

Month by month over all customers at once: a month's chance depends on what happened in the months before it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from refnet.examples.chance import draw, draw_weighted, stream
from refnet.examples.planted import DAY, END, START

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

MONTHS = (END.year - START.year) * 12 + END.month - START.month
NEVER = np.int64(2**40)

PRICES = {"starter": 1900, "team": 4900, "business": 12900}  # cents a month
PLANS = {"starter": 0.55, "team": 0.33, "business": 0.12}
COUNTRIES = {"US": 0.42, "GB": 0.21, "DE": 0.17, "CA": 0.12, "AU": 0.08}
CHANNELS = {"organic_search": 0.44, "paid_search": 0.34, "event": 0.22}  # of those whom nobody brought
CHANNEL_FACTOR = {"organic_search": 1.0, "paid_search": 1.5, "event": 0.7, "referral": 1.0}
TEAM_SIZES = {"1-9": 0.52, "10-49": 0.31, "50+": 0.17}  # related to nothing

REFERRED = 0.35
GONE = 2.0  # on the chance of leaving, in months that begin after the referrer has left
BURST, BURST_FACTOR = 0.05, (5.0, 2.5)  # chance of a burst in a month; its factor at the start and at the end
FALL, FALL_FACTOR, FALL_MONTHS = 0.03, 2.2, 2  # chance of a smaller bill; its factor, for so many months
SMALLER = 0.6
DRIFT = (0.8, 1.3)  # on everybody's chance of leaving, at the start and at the end
GROWTH = 1.2  # log of the last month's joiners over the first one's


@dataclass
class Teams:
    """All customers in the order of joining, and what they did.

    Attributes:
        joined, left: minutes since START, shape (n,); NEVER for those still there.
        brought_by: shape (n,), −1: nobody did.
        country, plan, channel, size: codes of levels, shape (n,); the channel `referral` is the last one.
        order_of, order_at, amount, renewal: of each order: whose, minute, cents, whether not the first.
        ticket_of, ticket_at, in_burst: of each ticket.
        chance: of leaving in a month, planted, of each customer-month: shape (m,), with `month` and `month_of`.
    """

    joined: Ints
    left: Ints
    brought_by: Ints
    country: npt.NDArray[np.uint8]
    plan: npt.NDArray[np.uint8]
    channel: npt.NDArray[np.uint8]
    size: npt.NDArray[np.uint8]
    order_of: Ints
    order_at: Ints
    amount: Ints
    renewal: Flags
    ticket_of: Ints
    ticket_at: Ints
    in_burst: Flags
    chance: Floats
    month: Ints
    month_of: Ints

    def __len__(self) -> int:
        return len(self.joined)


def begins(month: int) -> int:
    """The first minute of a month since START."""
    day = (np.datetime64(START, "M") + month).astype("datetime64[D]") - np.datetime64(START)
    return int(day.astype(np.int64)) * DAY


def by_tenure(months: Floats) -> Floats:
    """The chance of leaving at a renewal, by months as a customer: high, low, and higher again after a year."""
    late = 1 - np.exp(-np.maximum(months - 12, 0) / 6)
    return np.asarray(0.018 + 0.075 * np.exp(-(months - 1) / 1.5) + 0.045 * late)


def draw_teams(customers: int, seed: int) -> Teams:
    """All of a brand of that size, month by month."""
    rng = stream(seed, "software")
    weight = np.exp(GROWTH * np.arange(MONTHS) / MONTHS)
    joiners = rng.multinomial(customers, weight / weight.sum())
    edges = np.array([begins(month) for month in range(MONTHS + 1)])
    since = np.repeat(np.arange(MONTHS), joiners)
    joined = np.sort(edges[since] + (rng.random(customers) * np.diff(edges)[since]).astype(np.int64))
    made = Teams(
        joined=joined,
        left=np.full(customers, NEVER),
        brought_by=np.full(customers, -1),
        country=draw(rng, COUNTRIES, customers),
        plan=draw(rng, PLANS, customers),
        channel=draw(rng, CHANNELS, customers),
        size=draw(rng, TEAM_SIZES, customers),
        **dict.fromkeys(
            ("order_of", "order_at", "amount", "ticket_of", "ticket_at", "month", "month_of"), _NOTHING
        ),
        renewal=np.zeros(0, bool),
        in_burst=np.zeros(0, bool),
        chance=np.zeros(0),
    )
    price = np.array(list(PRICES.values()))[made.plan].astype(np.float64)
    price = np.rint(price * np.exp(0.25 * rng.standard_normal(customers)))
    activity = np.exp(rng.standard_normal(customers))
    burst, fell = np.zeros(customers, bool), np.full(customers, -FALL_MONTHS - 1)
    factor = np.array([CHANNEL_FACTOR[name] for name in (*CHANNELS, "referral")])
    parts: dict[str, list[npt.NDArray[np.int64] | Floats | Flags]] = {name: [] for name in _GROWING}
    for month in range(MONTHS):
        begin, end = edges[month], edges[month + 1]
        there = np.flatnonzero((joined < begin) & (made.left == NEVER))
        new = np.flatnonzero((joined >= begin) & (joined < end))
        renews = begin + (joined[there] - edges[since[there]]) * 27 * DAY // (31 * DAY)
        referrer = made.brought_by[there]
        gone = (referrer >= 0) & (made.left[referrer] < begin)
        along = month / (MONTHS - 1)
        chance = by_tenure((month - since[there]).astype(np.float64)) * factor[made.channel[there]]
        chance *= DRIFT[0] + (DRIFT[1] - DRIFT[0]) * along
        chance *= np.where(burst[there], BURST_FACTOR[0] + (BURST_FACTOR[1] - BURST_FACTOR[0]) * along, 1.0)
        chance *= np.where(month - fell[there] <= FALL_MONTHS, FALL_FACTOR, 1.0) * np.where(gone, GONE, 1.0)
        chance = np.minimum(chance, 0.9)
        leaves = rng.random(len(there)) < chance
        made.left[there[leaves]] = renews[leaves]
        stay = ~leaves
        falls = stay & (rng.random(len(there)) < FALL)
        price[there[falls]] = np.rint(price[there[falls]] * SMALLER)
        fell[there[falls]] = month
        paid = np.concatenate([there[stay], new])
        parts["order_of"].append(paid)
        parts["order_at"].append(np.concatenate([renews[stay], joined[new] + 2]))
        parts["amount"].append(price[paid].astype(np.int64))
        parts["renewal"].append(np.arange(len(paid)) < int(stay.sum()))
        _tickets(rng, parts, burst, there, begin, np.where(leaves, renews, end))
        parts["chance"].append(chance)
        parts["month"].append(np.full(len(there), month))
        parts["month_of"].append(there)
        _bring(rng, made, new, there[stay], activity)
    for name, columns in parts.items():
        setattr(made, name, np.concatenate(columns))
    return made


_NOTHING = np.zeros(0, dtype=np.int64)
_GROWING = (
    "order_of", "order_at", "amount", "renewal", "ticket_of", "ticket_at", "in_burst", "chance", "month", "month_of",
)  # fmt: skip


def _tickets(
    rng: np.random.Generator,
    parts: dict[str, list[npt.NDArray[np.int64] | Floats | Flags]],
    burst: Flags,
    there: Ints,
    begin: int,
    until: Ints,
) -> None:
    """Tickets of a month, and whose month has a burst of them."""
    burst[there] = rng.random(len(there)) < BURST
    count = rng.poisson(0.12, len(there)) + np.where(burst[there], rng.integers(3, 7, len(there)), 0)
    owner = np.repeat(np.arange(len(there)), count)
    span = np.maximum(until[owner] - begin - 1, 1)
    parts["ticket_of"].append(there[owner])
    parts["ticket_at"].append(begin + (rng.random(len(owner)) * span).astype(np.int64))
    parts["in_burst"].append(burst[there[owner]])


def _bring(rng: np.random.Generator, made: Teams, new: Ints, there: Ints, activity: Floats) -> None:
    """Who of the new ones was brought, and by whom of those who are there: a few bring many."""
    if not len(there) or not len(new):
        return
    brought = new[rng.random(len(new)) < REFERRED]
    made.brought_by[brought] = there[draw_weighted(rng, np.cumsum(activity[there]), len(brought))]
    made.channel[brought] = len(CHANNELS)
