"""Rings of self-referral: one person with several accounts that refer each other in a circle."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from refnet.examples.chance import stream
from refnet.examples.people import NEVER, People
from refnet.examples.planted import CHANNELS, DAY, REFERRAL

SHARED = ("device", "payout", "address")


@dataclass(frozen=True)
class Ring:
    """Accounts of one person.

    Attributes:
        members: their positions; each refers the next one, the last refers the first.
        shared: kinds of tokens that all of them have in common.
        names_itself: whether the first account also refers itself.

    """

    members: npt.NDArray[np.int64]
    shared: tuple[str, ...]
    names_itself: bool


def draw_rings(people: People, seed: int) -> list[Ring]:
    """Three to six accounts each, opened within one day, their first one without a referrer of its own."""
    rng = stream(seed, "rings")
    count = int(np.clip(len(people) // 5000, 2, 12))
    rings = []
    for number in range(count):
        size = int(rng.integers(3, 7))
        low, high = (0.25 + 0.65 * number / count), (0.25 + 0.65 * (number + 1) / count)
        start = int(rng.integers(int(low * len(people)), int(high * len(people)) - 8))
        members = np.arange(start, start + size)
        opened = people.joined[start] // DAY * DAY + 540 + 37 * np.arange(size)
        people.joined[members] = opened
        for times in (people.left, people.ready):  # whatever was drawn for them comes after their new moment
            given = times[members]
            times[members] = np.where(given == NEVER, NEVER, np.maximum(given, opened + DAY))
        people.channel[members] = REFERRAL
        people.channel[start] = CHANNELS.index("direct")
        people.affiliate[members] = -1
        kinds = SHARED[: int(rng.integers(1, 4))] if number else SHARED
        rings.append(Ring(members, kinds, number % 2 == 0))
    return rings
