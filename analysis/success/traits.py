"""What the successful have in common: every level of every attribute, its lift, and whether chance explains it.

Levels are made and trees kept together as in segments; the false-discovery rate is shared by everything looked at; what
stands out is tested again by exchanging labels between trees, and then within every other attribute, which may explain
it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.stats import false_discovery_control

from refnet.analysis.programme.intervals import share as share_of
from refnet.analysis.segments.adjust import within
from refnet.analysis.segments.cells import Floats, Measured, Trees
from refnet.analysis.segments.exchange import MOST, exchanged
from refnet.analysis.segments.levels import Levels, levels_of
from refnet.analysis.segments.words import value_in_words
from refnet.analysis.success.lift import Lifts, lifts

MINIMUM = 50
RATE = 0.05


@dataclass(frozen=True)
class Traits:
    """What was looked at, and each level's row: `traits` says of what.

    Attributes:
        rows: those that stand out first, by evidence.
        levels: how many were looked at; tested: how many of them had customers enough.
        skipped: why an attribute has no levels, by its name.
    """

    rows: list[dict[str, Any]]
    levels: int
    tested: int
    skipped: dict[str, str]


def traits(
    attributes: pd.DataFrame,
    success: Floats,
    tree: npt.ArrayLike,
    value: Floats | None = None,
    *,
    explains: pd.DataFrame | None = None,
    minimum: int = MINIMUM,
    rate: float = RATE,
) -> Traits:
    """The lift of success in every level of every attribute.

    Args:
        attributes: n rows; what is no level of its own (identifiers, free text) is skipped.
        success: shape (n,): 1 or 0, or a share; NaN: takes no part.
        tree: shape (n,), integers, the tree of each.
        value: shape (n,), what each is worth; its lift is told beside.
        explains: n rows of what is no trait and may explain one, such as when they joined.
        minimum: levels with fewer customers are too little data.
        rate: false-discovery rate (Benjamini and Hochberg 1995) over all that was tested, two-sided.

    Returns:
        rows [{attribute, level, customers, share, share_rest, lift, interval, ratio, ratio_interval, p_value, q_value,
        stands_out, explained_by, left, mean_value, value_ratio, value_interval, value_q_value, reading}]: share is that
        of the successful; lift is against all and ratio against the rest, each with a 95 % interval; value_ratio is the
        mean value over that of the rest, with an interval and a q-value of its own; what cannot be told is None. Where
        nobody is successful the interval's upper end is Wilson's.
    """
    taken = np.flatnonzero(~np.isnan(success))
    found, skipped = _levels(attributes.iloc[taken])
    strata = [] if explains is None else _levels(explains.iloc[taken])[0]
    if not taken.size:
        return Traits([], 0, 0, skipped)
    trees = Trees(np.asarray(tree)[taken])
    measured = Measured(success[taken], trees)
    worth = None if value is None else Measured(value[taken], trees)
    codes = [of.code[trees.order] for of in found]
    rows: list[dict[str, Any]] = []
    seen = 0
    for number, (of, code) in enumerate(zip(found, codes, strict=True)):
        cells = len(of.levels)
        lifted = lifts(measured.moments(code, cells))
        valued = None if worth is None else lifts(worth.moments(code, cells))
        for cell in np.flatnonzero(lifted.customers > 0).tolist():
            seen += 1
            rows.append(_row(of, number, cell, lifted, valued, minimum))
    tested = [row for row in rows if row["p_value"] is not None]
    _control(tested)
    _exchange([row for row in tested if row["q_value"] <= rate and row["customers"] <= MOST], codes, measured)
    _control(tested)
    _control([row for row in rows if row["_worth"] is not None], "_worth", "value_q_value")
    for row in tested:
        row["stands_out"] = bool(row["q_value"] <= rate)
        if row["stands_out"]:
            row |= _explained(row, [*found, *strata], codes[row["_at"][0]], trees, measured)
    for row in rows:
        row["reading"] = reading(row, minimum)
        del row["_at"], row["_worth"]
    rows.sort(key=lambda row: (not row["stands_out"], row["p_value"] is None, row["p_value"] or 0.0))
    return Traits(rows, seen, len(tested), skipped)


def _levels(columns: pd.DataFrame) -> tuple[list[Levels], dict[str, str]]:
    """The levels of each column, and why another has none."""
    found: list[Levels] = []
    skipped: dict[str, str] = {}
    for name in columns.columns:
        made = levels_of(columns[name].reset_index(drop=True), str(name))
        if isinstance(made, str):
            skipped[str(name)] = made
        elif len(np.unique(made.code[made.code >= 0])) < 2:
            skipped[str(name)] = "the same of everybody"
        else:
            found.append(made)
    return found, skipped


def _row(
    of: Levels, number: int, cell: int, lifted: Lifts, valued: Lifts | None, minimum: int
) -> dict[str, Any]:
    enough = bool(lifted.customers[cell] >= minimum)
    ratio, around = lifted.ratio[cell], (lifted.low[cell], lifted.high[cell])
    lift, about = lifted.lift[cell], (lifted.lift_low[cell], lifted.lift_high[cell])
    if enough and lifted.inside[cell] <= 1e-12 and lifted.outside[cell] > 0:
        count = int(lifted.customers[cell])
        most = share_of(0, count)["interval"][1] / lifted.outside[cell]
        part = count / (count + lifted.others[cell])
        ratio, around, lift, about = 0.0, (0.0, most), 0.0, (0.0, most / (part * most + 1 - part))
    worth = None if valued is None or not enough else _plain(valued.p_value[cell])
    return {
        "attribute": of.name,
        "level": value_in_words(of.levels[cell])
        if not hasattr(of.levels[cell], "low")
        else str(of.levels[cell]),
        "customers": int(lifted.customers[cell]),
        "share": _plain(lifted.inside[cell]),
        "share_rest": _plain(lifted.outside[cell]),
        "lift": _plain(lift) if enough else None,
        "interval": _ends(*about) if enough else None,
        "ratio": _plain(ratio) if enough else None,
        "ratio_interval": _ends(*around) if enough else None,
        "p_value": _plain(lifted.p_value[cell]) if enough else None,
        "q_value": None,
        "stands_out": False,
        "explained_by": None,
        "left": None,
        "mean_value": None if valued is None else _plain(valued.inside[cell]),
        "value_ratio": None if valued is None or not enough else _plain(valued.ratio[cell]),
        "value_interval": None
        if valued is None or not enough
        else _ends(valued.low[cell], valued.high[cell]),
        "value_q_value": None,
        "_worth": worth,
        "_at": (number, cell),
    }


def _control(tested: Sequence[dict[str, Any]], of: str = "p_value", into: str = "q_value") -> None:
    if tested:
        found = false_discovery_control(np.array([row[of] for row in tested]))
        for row, q_value in zip(tested, found.tolist(), strict=True):
            row[into] = q_value


def _exchange(rows: Sequence[dict[str, Any]], codes: Sequence[Any], measured: Measured) -> None:
    """p-values of labels that move from tree to tree, where they are larger."""
    by_attribute: dict[int, list[dict[str, Any]]] = {}
    for row in rows:
        by_attribute.setdefault(row["_at"][0], []).append(row)
    for number, group in by_attribute.items():
        code, within_measure = codes[number], measured
        if (code < 0).any():
            places = np.flatnonzero(code >= 0)
            code, within_measure = code[places], measured.among(places)
        members = [np.flatnonzero(code == row["_at"][1]) for row in group]
        for row, (tails,) in zip(group, exchanged([within_measure], members), strict=True):
            row["p_value"] = max(row["p_value"], min(1.0, 2 * min(tails)))


def _explained(
    row: dict[str, Any], found: Sequence[Levels], code: Any, trees: Trees, measured: Measured
) -> dict[str, Any]:
    """The attribute within whose levels least of the difference is left, if there is one that explains it.

    One that hardly varies where the level does (a channel and who brought them) is the same by another name, and
    explains nothing.
    """
    number, cell = row["_at"]
    inside, best = code == cell, dict[str, Any]()
    for other, of in enumerate(found):
        if other == number:
            continue
        strata = np.where(code >= 0, of.fine[trees.order], -1)
        if _varies(inside, strata, of.finest) < 0.25:
            continue
        told = within(measured, inside, strata, of.finest)
        if told is not None and told.explained and (not best or abs(told.left) < abs(best["left"])):
            best = {"explained_by": of.name, "left": told.left}
    return best


def _varies(inside: Any, strata: Any, count: int) -> float:
    """How much of a level's variation over customers is left within strata: from 0 to 1."""
    known = strata >= 0
    size = np.bincount(strata[known], minlength=count)
    here = np.bincount(strata[known & inside], minlength=count)
    level, everyone = int(inside.sum()), len(inside)
    whole = level * (1 - level / everyone)
    return float((here * (1 - here / np.maximum(size, 1))).sum() / whole) if whole > 0 else 0.0


def reading(row: dict[str, Any], minimum: int) -> str:
    """A row in a sentence, its uncertainty in it."""
    who = f"{row['attribute']} = {row['level']}"
    if row["customers"] < minimum:
        return f"{who}: too little data ({row['customers']:,} customers, {minimum:,} are needed)."
    if row["interval"] is None:
        return f"{who}: no lift can be told ({row['customers']:,} customers)."
    low, high = row["interval"]
    said = (
        f"{who}: {row['share']:.1%} of {row['customers']:,} customers are successful, {row['lift']:.2f} times as many "
        f"as over all (95 % interval {low:.2f} to {high:.2f})"
    )
    if not row["stands_out"]:
        return (
            f"{said}; that may be chance (q = {row['q_value']:.2g})."
            if row["q_value"] is not None
            else f"{said}."
        )
    if row["explained_by"] is not None:
        left = f"{max(row['left'], 0):.0%} is left among those alike in it"
        return f"{said}; but {row['explained_by']} explains it: {left}."
    return f"{said}; beyond chance (q = {row['q_value']:.2g})."


def _plain(value: Any) -> float | None:
    return None if not np.isfinite(value) else float(value)


def _ends(low: Any, high: Any) -> list[float] | None:
    return None if not (np.isfinite(low) and np.isfinite(high)) else [float(low), float(high)]
