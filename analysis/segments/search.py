"""The search: p-values of every level and of every pair, in the order in which they are told apart from chance."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.stats import false_discovery_control

from refnet.analysis.segments.adjust import within
from refnet.analysis.segments.cells import Floats, Measured, Moments, Trees
from refnet.analysis.segments.compare import Compared, against_rest, means
from refnet.analysis.segments.exchange import MOST, exchanged
from refnet.analysis.segments.levels import Levels

Flags = npt.NDArray[np.bool_]

MEASURES = ("CLTV", "referral value")


@dataclass
class Segment:
    """A level, or a pair of them.

    Attributes:
        at: (attribute's number, level's number), once or twice.
        customers: how many.
        cltv, referral: mean, mean of the rest, difference, half of its 95 % interval; nothing if it is too small.
        brought: the sum of referral value.
        hidden: mean hidden value and half of its interval.
        p_value: for lower CLTV and higher referral value; NaN where that is not tested.
        q_value: the false-discovery rate at which it would be reported.
    """

    at: tuple[tuple[int, int], ...]
    customers: int
    brought: float
    cltv: tuple[float, ...] = ()
    referral: tuple[float, ...] = ()
    hidden: tuple[float, float] = (np.nan, np.nan)
    p_value: float = np.nan
    q_value: float = np.nan


class Search:
    """Attributes and measures of the same customers, in the order of their trees.

    Args:
        levels: the attributes, in the order of customers.
        cltv, referral_value, hidden: shape (n,); NaN is not known.
        tree: shape (n,), integers.
        minimum: segments with fewer customers are not tested.
        q: false-discovery rate.
    """

    def __init__(
        self,
        levels: Sequence[Levels],
        cltv: Floats,
        referral_value: Floats,
        hidden: Floats,
        tree: npt.ArrayLike,
        *,
        minimum: int,
        q: float,
    ) -> None:
        self._trees = Trees(tree)
        self._measures = [Measured(values, self._trees) for values in (cltv, referral_value)]
        self._hidden = Measured(hidden, self._trees)
        self._levels = levels
        self._code = [of.code[self._trees.order] for of in levels]
        self._unknown = [bool((code < 0).any()) for code in self._code]
        self._minimum, self._q = minimum, q
        self.seen = 0

    def run(self, *, pairs: bool) -> list[Segment]:
        """Every level, and every pair with customers enough, with their q-values."""
        segments = self._singles()
        if pairs:
            segments += self._pairs()
        tested = [one for one in segments if not np.isnan(one.p_value)]
        _control(tested)
        self._exchange([one for one in tested if one.q_value <= self._q and one.customers <= MOST])
        _control(tested)
        for one in tested:
            if len(one.at) > 1 and one.q_value <= self._q:
                inside, _ = self._sides(one)
                here = self._hidden.moments(inside.astype(np.int8) - 1, 1)
                one.hidden = _hidden(here, 0)
        return segments

    def explained(self, one: Segment) -> dict[str, Any]:
        """The attribute that leaves least of a difference, if one explains it: what columns of a report it fills.

        Of a pair also of what it adds to either of its levels.
        """
        inside, everyone = self._sides(one)
        found = [self._explained(one, inside, None if everyone is None else np.flatnonzero(everyone))]
        if len(one.at) > 1:
            for attribute, level in one.at:
                here = self._code[attribute] == level
                found.append(
                    self._explained(
                        one, inside, np.flatnonzero(here if everyone is None else here & everyone)
                    )
                )
        return min((best for best in found if best), key=lambda best: abs(best["left"]), default={})

    def _explained(self, one: Segment, inside: Flags, rows: npt.NDArray[np.intp] | None) -> dict[str, Any]:
        """The same among `rows`; None: everybody."""
        measures = self._measures
        if rows is not None:
            inside, measures = inside[rows], [measured.among(rows) for measured in measures]
        own = {attribute for attribute, _ in one.at}
        best: dict[str, Any] = {}
        for number, other in enumerate(self._levels):
            if number in own:
                continue
            strata = self._code[number] if other.fine is other.code else other.fine[self._trees.order]
            strata = strata if rows is None else strata[rows]
            for name, measured in zip(MEASURES, measures, strict=True):
                found = within(measured, inside, strata, other.finest)
                if found is None or not found.explained:
                    continue
                if not best or abs(found.left) < abs(best["left"]):
                    best = {"explained_by": other.name, "explained_measure": name, "left": found.left}
        return best

    def _singles(self) -> list[Segment]:
        found = []
        for number, code in enumerate(self._code):
            cells = len(self._levels[number].levels)
            heads = np.bincount(code[code >= 0], minlength=cells)
            sums = [measured.moments(code, cells) for measured in self._measures]
            hidden = self._hidden.moments(code, cells)
            cltv, referral = map(against_rest, sums)
            both = np.maximum(cltv.p_lower, referral.p_higher)
            for level in np.flatnonzero(heads).tolist():
                one = Segment(((number, level),), int(heads[level]), _total(sums[1], level))
                if one.customers >= self._minimum:
                    one.cltv, one.referral = _figures(cltv, level), _figures(referral, level)
                    one.hidden = _hidden(hidden, level)
                    one.p_value = float(both[level])
                found.append(one)
        self.seen += len(found)
        return found

    def _pairs(self) -> list[Segment]:
        """Pairs that are large enough; those that stand out are compared with the rest of either level, too."""
        found: list[Segment] = []
        # By level and by the other attribute: which pairs have to hold against the rest of the level.
        promising: dict[tuple[int, int], dict[int, list[tuple[int, Segment]]]] = {}
        for a, b in combinations(range(len(self._code)), 2):
            width = len(self._levels[b].levels)
            cells = len(self._levels[a].levels) * width
            sums = [m.moments(self._code[a], cells, self._code[b], width) for m in self._measures]
            heads = np.maximum(sums[0].n, sums[1].n)
            self.seen += int((heads > 0).sum())
            cltv, referral = map(against_rest, sums)
            both = np.maximum(cltv.p_lower, referral.p_higher)
            for cell in np.flatnonzero((heads >= self._minimum) & ~np.isnan(both)).tolist():
                x, y = divmod(cell, width)
                pair = Segment(((a, x), (b, y)), int(heads[cell]), _total(sums[1], cell))
                pair.cltv, pair.referral = _figures(cltv, cell), _figures(referral, cell)
                pair.p_value = float(both[cell])
                found.append(pair)
                if pair.p_value <= self._q:
                    for level, partner in (pair.at, pair.at[::-1]):
                        promising.setdefault(level, {}).setdefault(partner[0], []).append((partner[1], pair))
        for (attribute, number), partners in promising.items():
            self._within_level(attribute, number, partners)
        return found

    def _within_level(
        self, attribute: int, level: int, partners: Mapping[int, list[tuple[int, Segment]]]
    ) -> None:
        """Pairs against the rest of one of their levels: a pair's p-value becomes the larger one."""
        rows = np.flatnonzero(self._code[attribute] == level)
        among = [measured.among(rows) for measured in self._measures]
        for partner, pairs in partners.items():
            code, cells = self._code[partner][rows], len(self._levels[partner].levels)
            cltv, referral = (against_rest(measured.moments(code, cells)) for measured in among)
            both = np.maximum(cltv.p_lower, referral.p_higher)
            for number, pair in pairs:
                # Nobody on the other side: the pair is its level, and adds nothing.
                pair.p_value = max(pair.p_value, 1.0 if np.isnan(both[number]) else float(both[number]))

    def _exchange(self, segments: list[Segment]) -> None:
        """p-values of labels that move from tree to tree, where they are larger."""
        alike: dict[tuple[int, ...], list[Segment]] = {}
        for one in segments:
            alike.setdefault(tuple(a for a, _ in one.at if self._unknown[a]), []).append(one)
        for group in alike.values():
            measures = self._measures
            inside, everyone = zip(*(self._sides(one) for one in group), strict=True)
            members = [np.flatnonzero(each) for each in inside]
            if everyone[0] is not None:
                rows = np.flatnonzero(everyone[0])
                measures = [measured.among(rows) for measured in measures]
                members = [np.searchsorted(rows, each) for each in members]
            for one, ((lower, _), (_, higher)) in zip(group, exchanged(measures, members), strict=True):
                one.p_value = max(one.p_value, lower, higher)

    def _sides(self, one: Segment) -> tuple[Flags, Flags | None]:
        """Who is in a segment, and who in it or in its rest: None for everybody."""
        inside, everyone = np.ones(len(self._trees), dtype=np.bool_), None
        for attribute, level in one.at:
            inside &= self._code[attribute] == level
            if self._unknown[attribute]:
                known = self._code[attribute] >= 0
                everyone = known if everyone is None else everyone & known
        return inside, everyone


def _control(tested: list[Segment]) -> None:
    """q-values (Benjamini and Hochberg 1995), levels and pairs weighing half each (C. Genovese and others 2006).

    There are some fifty times as many pairs: without weights a level would have to pay for all of them.
    """
    if not tested:
        return
    pair = np.array([len(one.at) > 1 for one in tested])
    weight = np.ones(pair.size)
    if pair.any() and not pair.all():
        weight = 0.5 * pair.size / np.where(pair, pair.sum(), (~pair).sum())
    found = false_discovery_control(np.minimum(np.array([one.p_value for one in tested]) / weight, 1.0))
    for one, q_value in zip(tested, found.tolist(), strict=True):
        one.q_value = q_value


def _figures(compared: Compared, cell: int) -> tuple[float, ...]:
    columns = (compared.inside, compared.outside, compared.difference, compared.reach)
    return tuple(float(each[cell]) for each in columns)


def _hidden(of: Moments, cell: int) -> tuple[float, float]:
    found = means(of)
    return float(found.inside[cell]), float(found.reach[cell])


def _total(of: Moments, cell: int) -> float:
    return float(of.s[cell] + of.n[cell] * of.centre)
