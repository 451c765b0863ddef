"""Who brought whom, by which invitation, and the invitations that came to nothing.

Everyone whom a customer brings is handed to one of those who were ready to invite at that time: the nearer in
time, the more active and the more alike, the likelier. So every referral runs forward in time.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from refnet.core.progress import Progress
from refnet.examples.chance import BLOCK, blocks, draw_weighted, stream
from refnet.examples.partners import COUNT, OWNED, Affiliates
from refnet.examples.people import NEVER, People
from refnet.examples.planted import (
    AFFILIATE,
    CHANNELS,
    CONVERSION,
    DAY,
    MONTH,
    PULL_DAYS,
    REFERRAL,
    REJECTED,
    STOP,
)
from refnet.examples.rings import Ring

CANDIDATES = 6  # a newcomer's possible referrers, of whom the most alike is likeliest
COUNTRY_PULL, AGE_PULL, TASTE_PULL = 1.6, 0.5, 0.9
PENDING_DAYS = 30

CONVERTED, EXPIRED, PENDING, FRAUD, DUPLICATE = range(5)

Indices = npt.NDArray[np.int32]
Minutes = npt.NDArray[np.int32]


@dataclass
class Bonds:
    """Who brought whom, and all invitations.

    Attributes:
        brought_by: customer who brought each customer, -1 for none, shape (n,).
        referrer, referee: of each invitation, shape (m,); referee -1 where nobody came of it.
        sent: minute of each invitation, ascending, shape (m,).
        status: CONVERTED, EXPIRED, PENDING, FRAUD or DUPLICATE, shape (m,).
        first: minute of each customer's first invitation, NEVER for none, shape (n,).

    """

    brought_by: Indices
    referrer: Indices
    referee: Indices
    sent: Minutes
    status: npt.NDArray[np.uint8]
    first: Minutes


def tie(people: People, affiliates: Affiliates, rings: list[Ring], seed: int, progress: Progress) -> Bonds:
    """Hand every referred customer to a referrer, and add the invitations that nobody followed.

    Sets the owners of the last affiliates, and for those they bring the affiliate.
    """
    in_ring = np.zeros(len(people), np.bool_)
    for ring in rings:
        in_ring[ring.members] = True
    referees = np.flatnonzero((people.channel == REFERRAL) & ~in_ring)
    brought_by = _hand_out(people, referees, seed, progress)
    _own_affiliates(people, affiliates, brought_by)
    followed = referees[(brought_by[referees] >= 0) & (people.affiliate[referees] < 0)].astype(np.int32)
    by = brought_by[followed]
    rng = stream(seed, "sent")
    delay = (DAY * 4 * rng.standard_exponential(len(followed)) + 10).astype(np.int64)
    sent = np.maximum(people.joined[followed] - delay, people.ready[by]).astype(np.int32)
    bonds = _with_unfollowed(people, brought_by, followed, by, sent, seed)
    for ring in rings:
        brought_by[ring.members[1:]] = ring.members[:-1]
        brought_by[ring.members[0]] = -1
    return bonds


def _hand_out(people: People, referees: npt.NDArray[np.int64], seed: int, progress: Progress) -> Indices:
    brought_by = np.full(len(people), -1, np.int32)
    referrers = people.referrers
    ready = people.ready[referrers]
    weight = np.concatenate([[0.0], np.cumsum(people.activity[referrers], dtype=np.float64)])
    country, age, taste = people.codes["country"], people.codes["age_band"], people.taste
    for number, part in blocks(len(referees)):
        rng = stream(seed, "friends", number)
        who = referees[part]
        now = people.joined[who]
        reach = DAY * (15 + PULL_DAYS * rng.standard_exponential(len(who)))
        last = np.searchsorted(ready, now - 60, side="right")
        first = np.minimum(np.searchsorted(ready, now - reach), np.maximum(last - 12, 0))
        u = rng.random((CANDIDATES, len(who)))
        at = np.searchsorted(weight, weight[first] + u * (weight[last] - weight[first]), side="right") - 1
        at = np.clip(at, first, np.maximum(last - 1, first)).clip(0, len(referrers) - 1)
        candidate = referrers[at]
        alike = rng.gumbel(size=at.shape)
        alike += COUNTRY_PULL * (country[candidate] == country[who])
        alike += AGE_PULL * (age[candidate] == age[who])
        alike -= TASTE_PULL * np.abs(taste[candidate] - taste[who])
        chosen = candidate[np.argmax(alike, axis=0), np.arange(len(who))]
        some = last > 0
        brought_by[who[some]] = chosen[some]
        # Nobody could have brought them yet: they came by themselves.
        people.channel[who[~some]] = CHANNELS.index("direct")
        progress.advance(len(who))
    return brought_by


def _own_affiliates(people: People, affiliates: Affiliates, brought_by: Indices) -> None:
    """The strongest referrers become affiliates halfway: whom they bring from then on comes by that link."""
    brought = np.bincount(brought_by[brought_by >= 0], minlength=len(people))
    for place, owner in enumerate(np.argsort(-brought, kind="stable")[:OWNED]):
        theirs = np.flatnonzero(brought_by == owner)
        number = COUNT - OWNED + place
        affiliates.owners[place] = owner
        affiliates.since[number] = people.joined[theirs[len(theirs) // 2]] - 30
        later = theirs[people.joined[theirs] > affiliates.since[number]]
        people.affiliate[later] = number
        people.channel[later] = AFFILIATE


def _with_unfollowed(
    people: People, brought_by: Indices, followed: Indices, by: Indices, sent: Minutes, seed: int
) -> Bonds:
    """Add what nobody followed, so that the conversion is the planted one and every referrer has invited."""
    rng = stream(seed, "unfollowed")
    referrers = people.referrers
    has_some = np.zeros(len(people), np.bool_)
    has_some[by] = True
    alone = referrers[~has_some[referrers]].astype(np.int32)
    wanted = int(rng.negative_binomial(len(followed), CONVERSION)) if len(followed) else 0
    more = max(wanted - len(alone), 0)
    # More of them in months in which few first invitations were in vain: so conversion is level in time.
    month, months = (sent / MONTH).astype(np.intp), int(STOP / MONTH) + 1
    came = np.bincount(month, minlength=months)
    vain = np.bincount((people.ready[alone] / MONTH).astype(np.intp), minlength=months)
    lack = np.maximum(came * (1 / CONVERSION - 1) - vain, 0) / np.maximum(came, 1)
    beside = _siblings(rng, np.cumsum(lack[month]), more)
    rejected = _siblings(rng, np.arange(1.0, len(sent) + 1), int(rng.binomial(len(sent) + wanted, REJECTED)))
    fraud = rng.random(len(rejected)) < 0.4
    near = sent[np.concatenate([beside, rejected])] + rng.integers(
        -2 * DAY, 10 * DAY, len(beside) + len(rejected)
    )
    near_by = by[np.concatenate([beside, rejected])]
    near = np.clip(near, people.ready[near_by], STOP - 1)
    all_sent = np.concatenate([sent, people.ready[alone], near]).astype(np.int32)
    all_by = np.concatenate([by, alone, near_by])
    referee = np.full(len(all_sent), -1, np.int32)
    referee[: len(followed)] = followed
    status = np.where(all_sent > STOP - PENDING_DAYS * DAY, PENDING, EXPIRED).astype(np.uint8)
    status[: len(followed)] = CONVERTED
    if len(rejected):
        status[-len(rejected) :] = np.where(fraud, FRAUD, DUPLICATE)
    first = np.full(len(people), NEVER, np.int32)
    for _, part in blocks(len(all_sent), BLOCK):
        np.minimum.at(first, all_by[part], all_sent[part])
    order = np.argsort(all_sent, kind="stable")
    return Bonds(brought_by, all_by[order], referee[order], all_sent[order], status[order], first)


def _siblings(
    rng: np.random.Generator, cumulative: npt.NDArray[np.float64], count: int
) -> npt.NDArray[np.intp]:
    """Invitations beside which others were sent, drawn by weight."""
    if not len(cumulative) or cumulative[-1] <= 0:
        return np.empty(0, np.intp)
    return draw_weighted(rng, cumulative, count)
