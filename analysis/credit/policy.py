"""Who is credited: from all claims 'v brought u' to the credited network, which has no cycle.

The rules are those of the design page ('Credit'); the definitions page ('Influence') says what the result
must be: credits in (0, 1], into one customer at most 1 in all, forward in time, no cycle. The result depends
on the set of claims only, never on the order of their rows.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import get_args

import numpy as np
import numpy.typing as npt

from refnet.analysis.credit.cycles import ManyParents, OneParent, inside_component
from refnet.core.errors import InputError, UsageError
from refnet.core.settings import CreditPolicy

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

GRACE_DAYS = 1.0
"""Exports round times to days and record a sign-up a moment before the claim that led to it."""

_MOST_HALVINGS = 60.0  # older claims weigh as much as these: a credit is small, never nothing


class Reason(StrEnum):
    """Why a claim is not credited."""

    UNKNOWN_REFERRER = "unknown_referrer"
    UNKNOWN_REFEREE = "unknown_referee"
    SELF_REFERRAL = "self_referral"
    REFEREE_WAS_THERE_BEFORE = "referee_was_there_before"
    REFERRER_JOINED_LATER = "referrer_joined_later"
    OUTSIDE_WINDOW = "outside_window"
    SECOND_CLAIM = "second_claim"
    REPEATED = "repeated"
    WOULD_CLOSE_CYCLE = "would_close_cycle"


_CODES = {reason: number for number, reason in enumerate(Reason, start=1)}
_NAMES = np.array(["", *(reason.value for reason in Reason)], dtype=object)
_SECOND, _REPEATED, _CYCLE = (
    _CODES[reason] for reason in (Reason.SECOND_CLAIM, Reason.REPEATED, Reason.WOULD_CLOSE_CYCLE)
)


@dataclass(frozen=True, eq=False)
class Decision:
    """What became of each of m claims, in the order they were given.

    Attributes:
        credit: float64, shape (m,): in (0, 1], or 0 where the claim is not credited.
        reason: str objects, shape (m,): "" where credited, a value of `Reason` elsewhere.

    """

    credit: Floats
    reason: npt.NDArray[np.object_]


def decide(
    referrer: npt.ArrayLike,
    referee: npt.ArrayLike,
    at: npt.ArrayLike,
    claim_id: npt.ArrayLike,
    joined: npt.ArrayLike,
    *,
    policy: CreditPolicy = "first",
    window_days: float | None = None,
    half_life_days: float = 7.0,
) -> Decision:
    """Credit claims, or say why not.

    A claim is looked at by itself first, and the first of these that holds is its reason: unknown referrer,
    unknown referee, oneself, referee there before (joined more than a day before `at`), referrer joined later
    (more than a day after the referee), outside the window (referee joined more than `window_days` after
    `at`). A rule whose dates are not known is not asked. Then the policy, over the claims that are left, in
    one fixed order: `at`, none last; then claim_id (then the two node numbers, should an id be there twice).

    - first: the referee's first claim in the fixed order that closes no cycle has credit 1, later ones are
      `second_claim`, by the same referrer too.
    - last: the same with the referee's last dated claim; undated ones get their chance after all dated ones.
      Referees come in the fixed order of their last claim; where it would close a cycle the one before it is
      tried at once.
    - linear: 1/m for each of the m referrers of a referee whose claim closes no cycle. The same pair again is
      `repeated`: its first claim in the fixed order stands.
    - time-decay: as linear, but in proportion to 2^(−age / half_life_days); age is counted back from the
      referee's joining (claims after it have age 0), or from their latest claim where that is not known.
      Undated claims weigh as the referee's oldest, all alike where none is dated; beyond 60 half-lives a
      weight falls no further.

    Claims that would close a cycle with those credited before them get none, and their share goes to the
    others.

    Args:
        referrer: shape (m,), node numbers, customers and affiliates in one numbering; −1 is not known.
        referee: shape (m,), the same.
        at: shape (m,), days since the epoch; NaN where not dated.
        claim_id: shape (m,), strings.
        joined: shape (n,), days since the epoch for each node; NaN where not known, and for affiliates.
        policy: one of `CreditPolicy`.
        window_days: longest time from claim to joining; None: any.
        half_life_days: for time-decay, in days.

    Raises:
        InputError: shapes differ, or a node number is not below n.
        UsageError: no such policy; a window or half-life that is not above zero.

    Complexity: O(m log m + n) on arrays; a loop only over claims inside strongly connected components, with
    union-find (one credit) or Pearce and Kelly's order (many).

    """
    if policy not in get_args(CreditPolicy):
        raise UsageError(
            f"There is no credit policy {policy!r}.", f"Take one of {', '.join(get_args(CreditPolicy))}."
        )
    if (window_days is not None and not window_days > 0) or not half_life_days > 0:
        raise UsageError("The credit window and the half-life must be above zero.")
    tail, head, when, names, known = _checked(referrer, referee, at, claim_id, joined)
    code = _by_itself(tail, head, when, known, window_days)
    left = np.flatnonzero(code == 0)
    left = left[np.lexsort((head[left], tail[left], names[left], when[left]))]  # NaN sorts last
    if policy in ("first", "last"):
        code[left] = _one_credit(
            tail[left], head[left], np.isnan(when[left]), known.size, last=policy == "last"
        )
        return Decision((code == 0).astype(np.float64), _NAMES[code])
    code[left] = _many_credits(tail[left], head[left], known)
    held = left[code[left] == 0]
    weight = (
        np.ones(held.size) if policy == "linear" else _weights(head[held], when[held], known, half_life_days)
    )
    credit = np.zeros(tail.size)
    credit[held] = weight / np.bincount(head[held], weights=weight, minlength=known.size)[head[held]]
    return Decision(credit, _NAMES[code])


def _checked(
    referrer: npt.ArrayLike,
    referee: npt.ArrayLike,
    at: npt.ArrayLike,
    claim_id: npt.ArrayLike,
    joined: npt.ArrayLike,
) -> tuple[Ints, Ints, Floats, npt.NDArray[np.str_], Floats]:
    tail, head = np.asarray(referrer, dtype=np.int64), np.asarray(referee, dtype=np.int64)
    when, known = np.array(at, dtype=np.float64), np.array(joined, dtype=np.float64)
    names = np.asarray(claim_id, dtype=np.str_)
    if not (tail.shape == head.shape == when.shape == names.shape == (tail.size,)) or known.ndim != 1:
        raise InputError("Claims need as many referrers as referees, dates and ids.")
    for which, ends in (("referrer", tail), ("referee", head)):
        wrong = np.flatnonzero((ends < -1) | (ends >= known.size))
        if wrong.size:
            place, number = int(wrong[0]), int(ends[wrong[0]])
            raise InputError(f"Claim {names[place]}: {which} {number} is none of the {known.size} nodes.")
    when[~np.isfinite(when)] = np.nan
    known[~np.isfinite(known)] = np.nan
    return tail, head, when, names, known


def _by_itself(
    tail: Ints, head: Ints, when: Floats, joined: Floats, window_days: float | None
) -> npt.NDArray[np.int8]:
    """The reason that a claim has in itself, as a number, shape (m,); 0 where there is none."""
    ours = np.append(joined, np.nan)  # what is not known, −1, reads the last place
    referrer_joined, referee_joined = ours[tail], ours[head]
    window = np.inf if window_days is None else window_days
    rules: list[tuple[Reason, Flags]] = [
        (Reason.UNKNOWN_REFERRER, tail < 0),
        (Reason.UNKNOWN_REFEREE, head < 0),
        (Reason.SELF_REFERRAL, tail == head),
        (Reason.REFEREE_WAS_THERE_BEFORE, referee_joined < when - GRACE_DAYS),  # NaN compares as false
        (Reason.REFERRER_JOINED_LATER, referrer_joined > referee_joined + GRACE_DAYS),
        (Reason.OUTSIDE_WINDOW, referee_joined > when + window),
    ]
    code = np.zeros(tail.size, dtype=np.int8)
    for reason, holds in reversed(rules):
        code[holds] = _CODES[reason]
    return code


def _one_credit(tail: Ints, head: Ints, undated: Flags, nodes: int, *, last: bool) -> npt.NDArray[np.int8]:
    """One credit per referee, over claims in the fixed order: reason numbers, 0 where credited."""
    count = tail.size
    place = np.arange(count)
    # Of one referee, best first; with `last` dated before undated, the later before the earlier.
    by_choice = np.lexsort((-place, undated, head)) if last else np.argsort(head, kind="stable")
    new = np.ones(count, dtype=np.bool_)
    new[1:] = head[by_choice][1:] != head[by_choice][:-1]
    choice = by_choice[new]  # each referee's first choice
    looping = inside_component(tail, head, nodes)
    code = np.full(count, _SECOND, dtype=np.int8)
    code[choice[~looping[choice]]] = 0
    contested = np.zeros(nodes, dtype=np.bool_)
    contested[head[choice[looping[choice]]]] = True
    if not contested.any():
        return code
    queue = by_choice[contested[head[by_choice]]]
    if last:
        turn = np.empty(nodes, dtype=np.int64)
        turn[head[choice]] = choice
        queue = queue[np.argsort(turn[head[queue]], kind="stable")]
    else:
        queue = np.sort(queue)
    keeper = OneParent(nodes)
    taken: set[int] = set()
    for claim, parent, child, loop in zip(
        queue.tolist(), tail[queue].tolist(), head[queue].tolist(), looping[queue].tolist(), strict=True
    ):
        if child in taken:
            continue
        if not loop or keeper.add(parent, child):  # what is in no cycle needs no keeping
            taken.add(child)
            code[claim] = 0
        else:
            code[claim] = _CYCLE
    return code


def _many_credits(tail: Ints, head: Ints, joined: Floats) -> npt.NDArray[np.int8]:
    """A credit per pair, over claims in the fixed order: reason numbers, 0 where credited."""
    code = np.full(tail.size, _REPEATED, dtype=np.int8)
    single = np.sort(np.unique(tail * np.int64(joined.size) + head, return_index=True)[1])
    code[single] = 0
    queue = single[inside_component(tail[single], head[single], joined.size)]
    if not queue.size:
        return code
    nodes, local = np.unique(np.concatenate([tail[queue], head[queue]]), return_inverse=True)
    parents, children = local[: queue.size], local[queue.size :]
    # First places: who joined earlier comes first, then who brings more than they are brought.
    lean = np.bincount(children, minlength=nodes.size) - np.bincount(parents, minlength=nodes.size)
    order = np.empty(nodes.size, dtype=np.int64)
    order[np.lexsort((lean, joined[nodes]))] = np.arange(nodes.size)
    keeper = ManyParents(order.tolist())
    for claim, parent, child in zip(queue.tolist(), parents.tolist(), children.tolist(), strict=True):
        if not keeper.add(parent, child):
            code[claim] = _CYCLE
    return code


def _weights(head: Ints, when: Floats, joined: Floats, half_life_days: float) -> Floats:
    """2^(−age / half-life) of credited claims, scaled so that the youngest claim of each referee weighs 1."""
    nodes = joined.size
    latest = np.full(nodes, -np.inf)
    dated = ~np.isnan(when)
    np.maximum.at(latest, head[dated], when[dated])
    until = np.where(np.isnan(joined), latest, joined)[head]
    age = np.full(head.size, np.nan)
    age[dated] = np.maximum(until[dated] - when[dated], 0.0)
    oldest = np.zeros(nodes)
    np.maximum.at(oldest, head[dated], age[dated])
    age = np.where(dated, age, oldest[head])
    youngest = np.full(nodes, np.inf)
    np.minimum.at(youngest, head, age)
    return np.asarray(np.exp2(-np.minimum((age - youngest[head]) / half_life_days, _MOST_HALVINGS)))
