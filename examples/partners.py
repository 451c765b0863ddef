"""The affiliates: who they are, what they are paid, and whether those they bring stay."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from refnet.examples.chance import stream
from refnet.examples.planted import CHURNERS_FACTOR, DAY, LOYAL_FACTOR
from refnet.examples.sheets import Sheet, ids, moments, pick

COUNT = 40
FOUNDERS = 12  # there from the start
OWNED = 4  # customers who became affiliates: the last ones in the list
CHURNERS, LOYAL = (3, 7, 14, 21, 26), (1, 5, 10, 18)
NICHES = ("fitness", "student_life", "vegan_cooking", "productivity", "deals", "parenting")
PAGES = ("/athletes", "/campus", "/plants", "/office", "/offer", "/family")  # one a niche
USE_CASES = ("post_workout", "cheap_lunch", "plant_protein", "desk_lunch", "first_try", "busy_evening")
_PARENTS = {15: 1, 16: 1, 22: 3, 30: 5}
_NAMES = ("Peak", "Green", "North", "Daily", "Smart", "Honest", "Quick", "Urban", "River", "Bright")
_KINDS = ("Plates", "Habits", "Kitchen", "Reviews")


@dataclass
class Affiliates:
    """The affiliates, each array of shape (COUNT,).

    Attributes:
        since: minute from which they bring customers (may lie before START).
        weight: their part of the customers who come through affiliates; sums to 1; none for the owned ones.
        churn: factor on the monthly churn of those they bring.
        rate: commission per order amount; 0 where a fixed amount is paid for a new customer.
        fixed: cents for a new customer; 0 where a rate is paid.
        niche: code into NICHES.
        owners: customer behind each of the last OWNED affiliates; set once it is known who brought whom.

    """

    since: npt.NDArray[np.int32]
    weight: npt.NDArray[np.float64]
    churn: npt.NDArray[np.float64]
    rate: npt.NDArray[np.float64]
    fixed: npt.NDArray[np.int64]
    niche: npt.NDArray[np.uint8]
    owners: npt.NDArray[np.int64] = field(default_factory=lambda: np.full(OWNED, -1, dtype=np.int64))

    @property
    def owner_of(self) -> npt.NDArray[np.int64]:
        """The customer behind each affiliate, -1 where there is none, shape (COUNT,)."""
        return np.concatenate([np.full(COUNT - OWNED, -1, dtype=np.int64), self.owners])


def draw_affiliates(seed: int) -> Affiliates:
    """The affiliates of a seed. Those who bring churners or the loyal bring enough to be told apart."""
    rng = stream(seed, "affiliates")
    since = np.sort(rng.integers(30 * DAY, 700 * DAY, COUNT)).astype(np.int32)
    since[:FOUNDERS] = -rng.integers(5 * DAY, 90 * DAY, FOUNDERS)
    weight = rng.pareto(1.6, COUNT).clip(0.15, 3.0) + 0.25
    weight[list(CHURNERS + LOYAL)] = 2.0 + rng.random(len(CHURNERS + LOYAL))
    weight[COUNT - OWNED :] = 0.0
    churn = np.ones(COUNT)
    churn[list(CHURNERS)], churn[list(LOYAL)] = CHURNERS_FACTOR, LOYAL_FACTOR
    by_rate = rng.random(COUNT) < 0.7
    rate = np.where(by_rate, rng.integers(6, 17, COUNT) / 100, 0.0)
    fixed = np.where(by_rate, 0, rng.integers(8, 19, COUNT) * 100)
    niche = rng.integers(0, len(NICHES), COUNT).astype(np.uint8)
    niche[list(CHURNERS)] = NICHES.index("deals")
    return Affiliates(since, weight / weight.sum(), churn, rate, fixed, niche)


def affiliate_name(number: int) -> str:
    """The id of the affiliate at a position: `a-001` is the first."""
    return f"a-{number + 1:03}"


def write_affiliates(sheet: Sheet, affiliates: Affiliates) -> None:
    """All affiliates into affiliates.csv."""
    at = np.arange(COUNT)
    parents = np.array([_PARENTS.get(number, -1) for number in range(COUNT)])
    owners = affiliates.owner_of
    names = [f"{_NAMES[number % 10]} {_KINDS[number // 10]}" for number in range(COUNT)]
    mails = [f"hello@{name.lower().replace(' ', '-')}.example.org" for name in names]
    sheet.write(
        COUNT,
        {
            "affiliate_id": ids("a-", at + 1, 3),
            "name": pick(names, at),
            "email": pick(mails, at),
            "customer_id": ids("c-", owners + 1, known=owners >= 0),
            "parent_affiliate_id": ids("a-", parents + 1, 3, known=parents >= 0),
            "niche": pick(NICHES, affiliates.niche),
            "programme": pick(["partners", "friends_of_the_house"], (owners >= 0).astype(np.uint8)),
            "commission_rate": pick(
                [f"0.{r:02}" for r in range(100)],
                np.rint(affiliates.rate * 100).astype(np.int64),
                affiliates.rate > 0,
            ),
            "commission_fixed": pick(
                [f"{f}.00" for f in range(100)], affiliates.fixed // 100, affiliates.fixed > 0
            ),
            "joined_at": moments(affiliates.since),
        },
    )
