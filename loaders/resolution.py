"""Who is who: from aliases and emails to persons. Pure: the same rows, in whatever order, give the same persons.

The rules are those of docs/decisions/0009-identity.md.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass
from typing import Literal, NamedTuple

Reason = Literal["own", "alias", "email"]

_KIND = re.compile(r"([a-z0-9_-]+):")


class Known(NamedTuple):
    """How an id is known: as which customer, why, and at which place among that person's ids (their own: 0)."""

    customer_id: str
    reason: Reason
    place: int


@dataclass(frozen=True)
class Resolution:
    """Persons who have more than one id.

    Attributes:
        known: every id of such a person, their own included.
        circles: aliases that lead back to where they began, the id that ends it first; one person all the same.
        ambiguous: emails by which nobody is joined, since that would join two ids of one kind.
    """

    known: dict[str, Known]
    circles: list[tuple[str, ...]]
    ambiguous: list[str]


def kind_of(customer_id: str) -> str:
    """Which system an id is of: what stands before the first colon; '' is the merchant's own."""
    found = _KIND.match(customer_id)
    return found[1] if found else ""


def is_email(text: str) -> bool:
    """Whether a text is an email at all: `n/a` must join nobody."""
    name, _, domain = text.rpartition("@")
    return bool(name and domain)


def resolve(aliases: Mapping[str, str], emails: Mapping[str, str], loaded: Set[str]) -> Resolution:
    """Join ids by aliases, then those persons by emails, and choose the id that each survives under.

    Args:
        aliases: alias → customer_id; where both are equal it says nothing.
        emails: customer_id → email in small letters, of ids that have a row among the customers; those whose email
            nobody else has may be left out.
        loaded: which of the ids in `aliases` have such a row; ids in `emails` need not be here.
    """
    steps, circles = _steps({alias: target for alias, target in aliases.items() if alias != target})
    by_alias = Sets()
    for alias, target in aliases.items():
        by_alias.join(alias, target)
    holders: dict[str, set[str]] = defaultdict(set)
    for customer_id, email in emails.items():
        holders[email].add(by_alias.of(customer_id))
    members = by_alias.members()
    joining, ambiguous = _joining(holders, {root: {kind_of(i) for i in ids} for root, ids in members.items()})
    persons = Sets()
    for email in joining:
        first, *others = sorted(holders[email])
        for other in others:
            persons.join(first, other)
    parts: dict[str, list[str]] = defaultdict(list)
    for root in members:
        parts[persons.of(root)].append(root)

    def rank(customer_id: str) -> tuple[int, str, int, str]:
        kind = kind_of(customer_id)
        return (0 if not kind else 2 if kind == "email" else 1, kind, steps.get(customer_id, 0), customer_id)

    known: dict[str, Known] = {}
    for roots in parts.values():
        ids = sorted((i for root in roots for i in members[root]), key=rank)
        own = next((i for i in ids if i in emails or i in loaded), None)
        if own is None or len(ids) == 1:
            continue
        # Of those that an email brought together each has one id that came by it; the rest came with that one.
        leads = {
            next(i for i in sorted(members[root], key=rank) if i in emails or i in loaded) for root in roots
        }
        ids.remove(own)
        known[own] = Known(own, "own", 0)
        for place, other in enumerate(ids, start=1):
            known[other] = Known(own, "email" if other in leads else "alias", place)
    return Resolution(known, circles, sorted(ambiguous))


def _steps(aliases: Mapping[str, str]) -> tuple[dict[str, int], list[tuple[str, ...]]]:
    """How many aliases lie between an id and the end of its chain, and the circles; one ends at its first id."""
    steps: dict[str, int] = {}
    circles = []
    for start in aliases:
        path: list[str] = []
        on_path: set[str] = set()
        at = start
        while at in aliases and at not in steps and at not in on_path:
            path.append(at)
            on_path.add(at)
            at = aliases[at]
        if at in on_path:
            ring = path[path.index(at) :]
            first = ring.index(min(ring, key=lambda i: (kind_of(i), i)))
            ring = ring[first:] + ring[:first]
            circles.append(tuple(ring))
            steps |= {i: (len(ring) - place) % len(ring) for place, i in enumerate(ring)}
            path = path[: path.index(at)]
        for i in reversed(path):
            steps[i] = steps.get(aliases[i], 0) + 1
    return steps, sorted(circles)


def _joining(holders: Mapping[str, Set[str]], kinds: dict[str, set[str]]) -> tuple[list[str], list[str]]:
    """Which emails join several, and which must not: alone or together they would join two ids of one kind."""

    def clash(roots: Iterable[str]) -> bool:
        met: set[str] = set()
        for root in roots:
            if met & kinds[root]:
                return True
            met |= kinds[root]
        return False

    several = {email: roots for email, roots in holders.items() if len(roots) > 1}
    ambiguous = [email for email, roots in several.items() if clash(roots)]
    sound = several.keys() - set(ambiguous)
    together = Sets()
    for email in sound:
        first, *others = several[email]
        for other in others:
            together.join(first, other)
    clashing = {root for root, roots in together.members().items() if clash(roots)}
    refused = [email for email in sound if together.of(next(iter(several[email]))) in clashing]
    return sorted(sound - set(refused)), ambiguous + refused


class Sets:
    """Disjoint sets of ids; a set is named by one of its members, the same one until the next join."""

    def __init__(self) -> None:
        self._above: dict[str, str] = {}

    def of(self, member: str) -> str:
        """The name of its set; a new one is alone in its own."""
        above = self._above.setdefault(member, member)
        while above != member:
            self._above[member] = member = self._above[above]
            above = self._above[member]
        return member

    def join(self, one: str, other: str) -> None:
        """Make their sets one."""
        self._above[self.of(one)] = self.of(other)

    def members(self) -> dict[str, list[str]]:
        """Every set by its name."""
        found: dict[str, list[str]] = defaultdict(list)
        for member in list(self._above):
            found[self.of(member)].append(member)
        return found
