"""The claims of who referred whom, with the few that deserve no credit, and the rewards paid for them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from refnet.core.progress import Progress
from refnet.examples.chance import blocks, stream
from refnet.examples.friends import Bonds
from refnet.examples.people import People
from refnet.examples.planted import CURRENCY, DAY, LAUNCH_DAY, REWARD_REFEREE, REWARD_REFERRER, STOP
from refnet.examples.rings import Ring
from refnet.examples.sheets import Sheet, either, ids, moments, money, pick

REASONS = (
    *(
        "credited",
        "self_referral",
        "referee_was_there_before",
        "unknown_referrer",
        "unknown_referee",
        "second_claim",
    ),
    *("referrer_joined_later", "would_close_cycle"),
)
REWARD_DELAY = 14 * DAY


@dataclass
class Claims:
    """All claims by their moment, each array of shape (m,).

    Attributes:
        referrer: position of the customer, or of the affiliate where `affiliate` is set; a position past the
            last customer is an id that nobody has.
        referee: position of the customer; past the last one as above.
        at: minute of the claim, ascending.
        reason: code into REASONS.
        ring: whether it is part of a ring.

    """

    referrer: npt.NDArray[np.int32]
    referee: npt.NDArray[np.int32]
    at: npt.NDArray[np.int32]
    affiliate: npt.NDArray[np.bool_]
    reason: npt.NDArray[np.uint8]
    ring: npt.NDArray[np.bool_]


class _Pile:
    """Claims as they are thought of, before they are put in order."""

    def __init__(self) -> None:
        self._parts: list[tuple[npt.NDArray[np.generic], ...]] = []

    def add(
        self,
        referrer: npt.ArrayLike,
        referee: npt.ArrayLike,
        at: npt.ArrayLike,
        reason: str = "credited",
        *,
        affiliate: bool = False,
        ring: bool = False,
    ) -> None:
        first = np.atleast_1d(np.asarray(referrer, dtype=np.int32))
        shape = first.shape
        self._parts.append(
            (
                first,
                np.broadcast_to(np.asarray(referee, dtype=np.int32), shape),
                np.broadcast_to(np.asarray(at, dtype=np.int32), shape),
                np.broadcast_to(np.bool_(affiliate), shape),
                np.broadcast_to(np.uint8(REASONS.index(reason)), shape),
                np.broadcast_to(np.bool_(ring), shape),
            )
        )

    def in_order(self) -> Claims:
        whole = [np.concatenate(column) for column in zip(*self._parts, strict=True)]
        order = np.argsort(whole[2], kind="stable")
        return Claims(*(column[order] for column in whole))


def draw_claims(people: People, bonds: Bonds, rings: list[Ring], seed: int) -> Claims:
    """The claims of all who were brought, two minutes after they joined, and those without credit."""
    pile, brought_by, joined = _Pile(), bonds.brought_by, people.joined
    in_ring = np.zeros(len(people), np.bool_)
    for ring in rings:
        in_ring[ring.members] = True
    by_friend = np.flatnonzero((brought_by >= 0) & (people.affiliate < 0) & ~in_ring)
    pile.add(brought_by[by_friend], by_friend, joined[by_friend] + 2)
    by_affiliate = np.flatnonzero(people.affiliate >= 0)
    pile.add(people.affiliate[by_affiliate], by_affiliate, joined[by_affiliate] + 2, affiliate=True)
    for ring in rings:
        first, last = ring.members[0], ring.members[-1]
        pile.add(ring.members[:-1], ring.members[1:], joined[ring.members[1:]] + 2, ring=True)
        pile.add(last, first, joined[last] + 30, "would_close_cycle", ring=True)
        if ring.names_itself:
            pile.add(first, first, joined[first] + 20, "self_referral", ring=True)
    _add_odd_ones(pile, people, bonds, in_ring, stream(seed, "odd claims"))
    return pile.in_order()


def _add_odd_ones(
    pile: _Pile, people: People, bonds: Bonds, in_ring: npt.NDArray[np.bool_], rng: np.random.Generator
) -> None:
    """A few claims of every kind that gets no credit: about 3 in 1,000 customers."""
    n, joined, referrers = len(people), people.joined, people.referrers
    count = max(1, n // 2500)
    ready = people.ready[referrers]
    alone = np.flatnonzero((bonds.brought_by < 0) & (people.affiliate < 0) & ~in_ring)
    # From the middle of the period: somebody was there before, and somebody comes after.
    alone = alone[(joined[alone] > STOP // 4) & (joined[alone] < STOP * 4 // 5)]
    alone = rng.permutation(alone)[: 5 * count]
    itself, already, by_nobody, too_early, _ = np.array_split(alone, 5)

    def someone_before(who: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        there = np.searchsorted(ready, joined[who] - 60)
        return referrers[(rng.random(len(who)) * there).astype(np.int64)]

    pile.add(itself, itself, joined[itself] + 60, "self_referral")
    later = joined[already] + rng.integers(20 * DAY, 120 * DAY, len(already))
    pile.add(someone_before(already), already, later, "referee_was_there_before")
    nobody = n + 1000 + np.arange(count)
    pile.add(nobody[: len(by_nobody)], by_nobody, joined[by_nobody] + 2, "unknown_referrer")
    some = rng.choice(referrers[: len(referrers) * 3 // 4], count)
    pile.add(some, nobody + count, people.ready[some] + 7 * DAY, "unknown_referee")
    came_after = np.searchsorted(joined, joined[too_early] + 3 * DAY)
    newcomers = came_after + (rng.random(len(too_early)) * 0.9 * (n - came_after)).astype(np.int64)
    right = joined[newcomers] > joined[too_early] + 2 * DAY
    pile.add(newcomers[right], too_early[right], joined[too_early][right] + 180, "referrer_joined_later")
    brought = np.flatnonzero((bonds.brought_by >= 0) & ~in_ring)
    brought = rng.permutation(brought[joined[brought] > STOP // 4])[:count]
    rival = someone_before(brought)
    right = rival != bonds.brought_by[brought]
    when = joined[brought] + rng.integers(10, 600, len(brought))
    pile.add(rival[right], brought[right], when[right], "second_claim")


def write_claims(claims: Claims, referrals: Sheet, rewards: Sheet, progress: Progress) -> None:
    """referrals.csv, and in rewards.csv both sides of every claim that a customer made and got credit for.

    Rewards are granted a fortnight after joining; those of rings were revoked.
    """
    width, paid = 7, 0
    for _, part in blocks(len(claims.at)):
        referrer, referee, at = claims.referrer[part], claims.referee[part], claims.at[part]
        affiliate, rows = claims.affiliate[part], len(claims.at[part])
        number = np.arange(part.start, part.stop) + 1
        by_affiliate, by_customer = ids("a-", referrer + 1, 3), ids("c-", referrer + 1, width)
        late = (at >= LAUNCH_DAY * DAY).astype(np.uint8)
        referrals.write(
            rows,
            {
                "referrer_id": either(affiliate, by_affiliate, by_customer),
                "referee_id": ids("c-", referee + 1, width),
                "referred_at": moments(at),
                "referrer_kind": pick(["customer", "affiliate"], affiliate.astype(np.uint8)),
                "campaign": pick(
                    ["give-a-friend", "give-ten-get-ten", "partners"], np.where(affiliate, 2, late)
                ),
                "code": either(affiliate, ids("PARTNER", referrer + 1, 3), ids("F", referrer + 1, width)),
                "claim_id": ids("r-", number),
            },
        )
        due = (claims.reason[part] == 0) & ~affiliate & (at + REWARD_DELAY < STOP)
        who = np.repeat(np.flatnonzero(due), 2)
        side = np.tile(np.array([0, 1], dtype=np.uint8), len(who) // 2)
        rewards.write(
            len(who),
            {
                "reward_id": ids("w-", paid + np.arange(len(who)) + 1),
                "amount": money(np.where(side == 0, REWARD_REFERRER, REWARD_REFEREE)),
                "granted_at": moments(at[who] + REWARD_DELAY),
                "customer_id": ids("c-", np.where(side == 0, referrer[who], referee[who]) + 1, width),
                "side": pick(["referrer", "referee"], side),
                "claim_id": ids("r-", number[who]),
                "currency": CURRENCY,
                "status": pick(["granted", "revoked"], claims.ring[part][who].astype(np.uint8)),
            },
        )
        paid += len(who)
        progress.advance(rows)


def write_invitations(bonds: Bonds, sheet: Sheet, seed: int, progress: Progress) -> None:
    """invitations.csv: converted, expired, pending (sent in the last 30 days) and rejected ones."""
    for block, part in blocks(len(bonds.sent)):
        rng = stream(seed, "invitations", block)
        sent, status, referee = bonds.sent[part], bonds.status[part], bonds.referee[part]
        rows = len(sent)
        sheet.write(
            rows,
            {
                "invitation_id": ids("i-", np.arange(part.start, part.stop) + 1),
                "referrer_id": ids("c-", bonds.referrer[part] + 1),
                "sent_at": moments(sent),
                "referrer_kind": "customer",
                "status": pick(["converted", "expired", "pending", "rejected", "rejected"], status),
                "referee_id": ids("c-", referee + 1, known=referee >= 0),
                "channel": pick(["link", "email", "messenger"], rng.integers(0, 3, rows)),
                "campaign": pick(
                    ["give-a-friend", "give-ten-get-ten"], (sent >= LAUNCH_DAY * DAY).astype(np.uint8)
                ),
                "reason": pick(["fraud", "duplicate"], np.maximum(status, 3) - 3, status >= 3),
            },
        )
        progress.advance(rows)
