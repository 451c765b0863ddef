"""Who joins, when, through which channel; what they spend, when they leave, and who is ready to refer.

The arrays here are all that stays in memory of a customer (about fifty bytes); the rest is drawn when
it is written.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
from scipy.special import ndtr

from refnet.core.progress import Progress
from refnet.examples.chance import blocks, draw, draw_weighted, stream
from refnet.examples.partners import Affiliates
from refnet.examples.planted import (
    ACTIVITY_SIGMA,
    AFFILIATE,
    AFFILIATE_SHARE,
    BASKET,
    CHANNEL_BASKET,
    CHANNELS,
    CLTV_MONTHS,
    COHORT_TREND,
    DAY,
    DAYS,
    FRICTION_FACTOR,
    FRICTION_SHARE,
    INVITE_LAG_DAYS,
    LAUNCH_DAY,
    LEAN,
    LEVELS,
    MONTH,
    MONTHLY_CHURN,
    OPEN_CHANNELS,
    ORDERS_PER_MONTH,
    PROPENSITY_RATIO,
    RAMP_DAYS,
    REFERRAL,
    REFERRAL_RATE,
    SEGMENTS,
    SHARE_AFTER,
    SHARE_BEFORE,
    START,
    STOP,
)

Floats = npt.NDArray[np.float32]
Minutes = npt.NDArray[np.int32]
Codes = npt.NDArray[np.uint8]
Flags = npt.NDArray[np.bool_]

NEVER = np.int32(2**31 - 1)


@dataclass
class People:
    """All customers in the order of joining, each array of shape (n,).

    Attributes:
        joined: minute of joining.
        left: minute of leaving, NEVER for those still there at the end.
        codes: by attribute of planted.LEVELS, the code of the level.
        channel: code into planted.CHANNELS.
        affiliate: position of the affiliate who brought them, -1 for none.
        taste: how much they like to spend, standard normal; friends are alike in it.
        basket: EUR of a usual order.
        pace: orders per month while they stay.
        cltv: EUR they are predicted to spend in CLTV_MONTHS months.
        friction: those with many tickets.
        ready: minute from which they invite, NEVER for those who do not before the end.
        activity: weight of a referrer in who brings whom.

    """

    joined: Minutes
    left: Minutes
    codes: dict[str, Codes]
    channel: Codes
    affiliate: npt.NDArray[np.int8]
    taste: Floats
    basket: Floats
    pace: Floats
    cltv: Floats
    friction: Flags
    ready: Minutes
    activity: Floats

    def __len__(self) -> int:
        return len(self.joined)

    @cached_property
    def referrers(self) -> npt.NDArray[np.int64]:
        """Those who invite, ordered by the minute from which they do."""
        who = np.flatnonzero(self.ready != NEVER)
        return who[np.argsort(self.ready[who], kind="stable")]


@dataclass(frozen=True)
class Calendar:
    """What depends on the day of joining, each array of shape (DAYS,).

    Attributes:
        weight: expected share of all customers who join on the day.
        share: of those who join on the day, the part brought by customers.
        invites: chance of someone outside every segment and not referred to invite, had they all the time.

    """

    weight: npt.NDArray[np.float64]
    share: npt.NDArray[np.float64]
    invites: float


def calendar(seed: int) -> Calendar:
    """Growth, weekdays, Januaries; referral shares that average to the planted ones; the rate of inviting."""
    day = np.arange(DAYS)
    weekday = (day + START.weekday()) % 7
    weight = np.exp(0.9 * day / DAYS) * np.array([1.12, 1.06, 1.03, 1.0, 0.95, 0.84, 1.0])[weekday]
    weight *= 1 + 0.35 * (day % 365.25 < 31)
    weight *= np.exp(0.08 * stream(seed, "days").standard_normal(DAYS))
    weight /= weight.sum()
    before, ramp = day < LAUNCH_DAY, 1 - np.exp(-(day + 1) / RAMP_DAYS)
    share = np.where(before, ramp, SHARE_AFTER)
    share[before] *= SHARE_BEFORE * weight[before].sum() / (weight * ramp)[before].sum()
    # Those who join late have not all the time to invite: had they, more would than the planted rate says.
    in_time = 1 - np.exp(-(DAYS - day - 0.5) / INVITE_LAG_DAYS)
    in_none = np.prod([1 - LEVELS[s.attribute][s.level] for s in SEGMENTS])
    strongest = max(s.invites for s in SEGMENTS)
    average = in_none + (1 - in_none) * strongest
    invites = REFERRAL_RATE / (weight * in_time * (1 + (PROPENSITY_RATIO - 1) * share)).sum() / average
    return Calendar(weight, share, float(invites))


def draw_people(customers: int, seed: int, affiliates: Affiliates, progress: Progress) -> People:
    """All customers of a brand of that size, block by block in the order of joining."""
    plan = calendar(seed)
    per_day = stream(seed, "joiners").multinomial(customers, plan.weight)
    day_of = np.repeat(np.arange(DAYS, dtype=np.int16), per_day)
    people = People(
        joined=np.empty(customers, np.int32),
        left=np.empty(customers, np.int32),
        codes={name: np.empty(customers, np.uint8) for name in LEVELS},
        channel=np.empty(customers, np.uint8),
        affiliate=np.full(customers, -1, np.int8),
        taste=np.empty(customers, np.float32),
        basket=np.empty(customers, np.float32),
        pace=np.empty(customers, np.float32),
        cltv=np.empty(customers, np.float32),
        friction=np.empty(customers, np.bool_),
        ready=np.full(customers, NEVER, np.int32),
        activity=np.zeros(customers, np.float32),
    )
    for number, part in blocks(customers):
        days = day_of[part].astype(np.int32)
        _draw_origin(people, part, days, plan, affiliates, stream(seed, "origin", number))
        segment = _draw_attributes(people, part, stream(seed, "attributes", number))
        _draw_worth(people, part, segment, affiliates, stream(seed, "worth", number))
        _draw_readiness(people, part, days, segment, plan, stream(seed, "readiness", number))
        progress.advance(len(days))
    return people


def _draw_origin(
    people: People,
    part: slice,
    days: Minutes,
    plan: Calendar,
    affiliates: Affiliates,
    rng: np.random.Generator,
) -> None:
    count = len(days)
    # Most join in the evening.
    minute = (DAY * rng.beta(4.2, 2.4, count)).astype(np.int32)
    people.joined[part] = np.sort(days * DAY + minute)
    u, share = rng.random(count), plan.share[days]
    names = list(OPEN_CHANNELS)
    open_codes = np.array([CHANNELS.index(name) for name in names], dtype=np.uint8)
    channel = open_codes[draw(rng, OPEN_CHANNELS, count)]
    channel[u < share] = REFERRAL
    by_affiliate = np.flatnonzero((u >= share) & (u < share + AFFILIATE_SHARE))
    channel[by_affiliate] = AFFILIATE
    people.channel[part] = channel
    chosen = draw_weighted(rng, np.cumsum(affiliates.weight), len(by_affiliate))
    founders = np.flatnonzero(affiliates.since < 0)
    instead = founders[draw_weighted(rng, np.cumsum(affiliates.weight[founders]), len(by_affiliate))]
    there = affiliates.since[chosen] < people.joined[part][by_affiliate]
    people.affiliate[part][by_affiliate] = np.where(there, chosen, instead)


def _draw_attributes(people: People, part: slice, rng: np.random.Generator) -> list[Flags]:
    """The attributes of a block; for each planted segment who belongs to it."""
    count = len(people.joined[part])
    for name, levels in LEVELS.items():
        people.codes[name][part] = draw(rng, levels, count)
    return [people.codes[s.attribute][part] == list(LEVELS[s.attribute]).index(s.level) for s in SEGMENTS]


def _draw_worth(
    people: People, part: slice, segment: list[Flags], affiliates: Affiliates, rng: np.random.Generator
) -> None:
    joined, channel, affiliate = people.joined[part], people.channel[part], people.affiliate[part]
    count = len(joined)
    taste = rng.standard_normal(count)
    worth = np.ones(count)
    for rule, members in zip(SEGMENTS, segment, strict=True):
        worth[members] *= rule.worth
    basket = BASKET * np.exp(0.40 * taste + 0.15 * rng.standard_normal(count))
    basket *= worth * np.asarray(CHANNEL_BASKET)[channel] * np.exp(COHORT_TREND * (joined / STOP - 0.5))
    pace = ORDERS_PER_MONTH * np.exp(0.20 * taste + 0.20 * rng.standard_normal(count))
    churn = MONTHLY_CHURN * np.exp(0.3 * rng.standard_normal(count))
    churn[affiliate >= 0] *= affiliates.churn[affiliate[affiliate >= 0]]
    stay = (rng.standard_exponential(count) / churn * MONTH).clip(DAY, 2**30)
    left = joined + stay.astype(np.int64)
    months = -np.expm1(-CLTV_MONTHS * churn) / churn
    people.taste[part], people.basket[part], people.pace[part] = taste, basket, pace
    people.left[part] = np.where(left < STOP, left, NEVER)
    people.cltv[part] = basket * (1 + pace * months) * np.exp(0.18 * rng.standard_normal(count))


def _draw_readiness(
    people: People,
    part: slice,
    days: Minutes,
    segment: list[Flags],
    plan: Calendar,
    rng: np.random.Generator,
) -> None:
    count = len(days)
    friction = rng.random(count) < FRICTION_SHARE
    people.friction[part] = friction
    lean = 1 + LEAN * (2 * ndtr(people.taste[part].astype(np.float64)) - 1)
    invites, activity = np.ones(count), np.ones(count)
    for rule, members in zip(SEGMENTS, segment, strict=True):  # a member of two segments is as one of one
        invites[members], activity[members] = rule.invites, rule.activity
    calm = (1 - FRICTION_SHARE * FRICTION_FACTOR) / (1 - FRICTION_SHARE)
    chance = plan.invites * invites * lean * np.where(friction, FRICTION_FACTOR, calm)
    chance[people.channel[part] == REFERRAL] *= PROPENSITY_RATIO
    lag = DAY * INVITE_LAG_DAYS * rng.standard_exponential(count)
    ready = people.joined[part] + np.maximum(lag, 30)
    does = (rng.random(count) < chance) & (ready < STOP - 1)
    people.ready[part][does] = ready[does].astype(np.int32)
    heavy = np.exp(ACTIVITY_SIGMA * rng.standard_normal(count))
    people.activity[part][does] = (heavy * activity * lean)[does]
