"""The health score of every customer: weighted points of signals, each one's part visible.

    score = Σ weight · points / Σ weight, over the signals that count of a customer; from 0 to 100

A signal's contribution is its weight · points / Σ weight, so that contributions sum to the score. An answer to a survey
counts only where usage is known beside it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from refnet.analysis.success.record import Flags, Floats, Record
from refnet.analysis.success.signals import SIGNALS, SURVEYS, USAGE
from refnet.analysis.success.weights import Signal, Weights


@dataclass(frozen=True)
class Part:
    """One signal's part, each array of shape (n,).

    Attributes:
        signal: as declared. low, high: ends of its scale in its unit, percentiles worked out; None: of words.
        value: as measured; NaN: not known. word: of words; None: not known, or no number's.
        points: 0 to 100; NaN where it does not count.
        contribution: to the score; 0 where it does not count.
        note: what is to be said of it: why it counts for nobody; else None.
    """

    signal: Signal
    low: float | None
    high: float | None
    value: Floats
    word: Any
    points: Floats
    contribution: Floats
    note: str | None


@dataclass(frozen=True)
class Health:
    """Scores of everybody.

    Attributes:
        weights: what made them.
        score: shape (n,), 0 to 100; NaN: too little is known, or the customer has left.
        known: shape (n,), the share of the weights that counts of each.
        parts: of each signal.
        scored: who was looked at: customers who are there.
    """

    weights: Weights
    score: Floats
    known: Floats
    parts: tuple[Part, ...]
    scored: Flags

    @property
    def grade(self) -> Any:
        """green, amber, red or None of each, shape (n,)."""
        found = np.full(len(self.score), None, dtype=object)
        for grade, least in (("red", -np.inf), ("amber", self.weights.amber), ("green", self.weights.green)):
            found[self.score >= least] = grade
        return found


def health(record: Record, weights: Weights) -> Health:
    """Score everybody who is there.

    Args:
        record: of the customers.
        weights: declared.

    Complexity: O(n) for each signal.
    """
    values = {one.name: SIGNALS[one.name].value(record) for one in weights.signals}
    n = len(record)
    beside = ~np.isnan(values[USAGE]) if USAGE in values else np.zeros(n, dtype=bool)
    found = []
    for one in weights.signals:
        low, high, points, note = _points(one, values[one.name], record)
        if one.missing is not None:
            points = np.where(np.isnan(points), one.missing, points)
        if one.name in SURVEYS:
            points = np.where(beside, points, np.nan)
        found.append((one, low, high, points, note))
    every = np.array([one.weight for one in weights.signals])
    points = np.array([each[3] for each in found]).reshape(len(found), n)
    counts = ~np.isnan(points)
    counted = (every[:, None] * counts).sum(axis=0)
    known = counted / every.sum()
    scored = record.present
    enough = (counted > 0) & (known >= weights.least_known) & scored
    with np.errstate(divide="ignore", invalid="ignore"):
        contributions = np.where(counts, every[:, None] * np.nan_to_num(points) / counted, 0.0)
    contributions = np.where(enough, contributions, 0.0)
    score = np.where(enough, np.clip(contributions.sum(axis=0), 0.0, 100.0), np.nan)
    parts = tuple(
        Part(
            one,
            low,
            high,
            values[one.name],
            record.role if one.points is not None else None,
            each,
            part,
            note,
        )
        for (one, low, high, each, note), part in zip(found, contributions, strict=True)
    )
    return Health(weights, score, known, parts, scored)


def _points(
    one: Signal, value: Floats, record: Record
) -> tuple[float | None, float | None, Floats, str | None]:
    if one.points is not None:
        by_word = one.points
        points = np.array([by_word.get(word, np.nan) if word is not None else np.nan for word in record.role])
        return None, None, points.astype(np.float64), None
    there = value[record.present & ~np.isnan(value)]
    if not there.size:
        return None, None, np.full(len(value), np.nan), "not known of anybody"
    low, high = (
        end if isinstance(end, float) else float(np.percentile(there, end[1])) for end in (one.low, one.high)
    )
    if not low < high:
        return low, high, np.full(len(value), np.nan), "tells nobody apart: its low and high are the same"
    part = np.clip((value - low) / (high - low), 0.0, 1.0)
    return low, high, 100 * (part if one.direction == "higher" else 1 - part), None


def told(record: Record, found: Health, number: int) -> dict[str, Any]:
    """One customer's score as plain values: customer_id, name, score, grade, known, version, at, why, signals.

    `signals` is [{signal, about, value, points, weight, contribution, why}], the largest contribution first; `why` says
    what was done where a signal is not known. Contributions sum to the score, which is None, with a reason, where the
    customer has left or too little is known.
    """
    score = found.score[number]
    rows = [_row(part, number, enough=not np.isnan(score)) for part in found.parts]
    rows.sort(key=lambda row: (-(row["contribution"] or 0.0), -row["weight"]))
    why = None
    if np.isnan(score):
        known = found.known[number]
        why = (
            "not there: left, or not joined yet"
            if not found.scored[number]
            else f"too little data: signals of {known:.0%} of the weights are known, "
            f"{found.weights.least_known:.0%} are needed"
        )
    return {
        "customer_id": record.ids[number],
        "name": record.name[number],
        "score": None if np.isnan(score) else float(score),
        "grade": found.grade[number],
        "known": float(found.known[number]),
        "version": found.weights.version,
        "why": why,
        "signals": rows,
    }


def _row(part: Part, number: int, *, enough: bool) -> dict[str, Any]:
    name, points = part.signal.name, part.points[number]
    word = part.word[number] if part.word is not None else None
    value = word if part.word is not None else _plain(part.value[number])
    why = part.note
    if np.isnan(points):
        unpaired = name in SURVEYS and value is not None
        why = why or ("not counted: no usage beside it" if unpaired else "not known: skipped")
    elif value is None or (word is not None and word not in (part.signal.points or {})):
        why = why or f"not known: counts {part.signal.missing:g} points"
    return {
        "signal": name,
        "about": SIGNALS[name].about,
        "value": value,
        "points": _plain(points),
        "weight": part.signal.weight,
        "contribution": float(part.contribution[number]) if enough else None,
        "why": why,
    }


def _plain(value: float) -> float | None:
    return None if np.isnan(value) else float(value)


def summary(record: Record, found: Health) -> dict[str, Any]:
    """Everybody's scores in short: version, customers, scored, too_little, left; grades, quantiles, signals.

    `signals` is [{signal, about, weight, direction, low, high, missing, known (share of customers who are there),
    mean_points, mean_contribution, note}].
    """
    has = ~np.isnan(found.score)
    grade = found.grade
    there = found.scored
    return {
        "version": found.weights.version,
        "source": found.weights.source,
        "customers": len(record),
        "scored": int(has.sum()),
        "too_little": int((there & ~has).sum()),
        "left": int((~there).sum()),
        "grades": {name: int((grade == name).sum()) for name in ("green", "amber", "red")},
        "limits": {"green": found.weights.green, "amber": found.weights.amber},
        "mean": float(found.score[has].mean()) if has.any() else None,
        "quantiles": {
            f"p{at}": float(np.percentile(found.score[has], at)) if has.any() else None
            for at in (10, 25, 50, 75, 90)
        },
        "signals": [_signal(part, there, has) for part in found.parts],
    }


def _signal(part: Part, there: Flags, has: Flags) -> dict[str, Any]:
    known = (
        np.array([w is not None for w in part.word]) if part.word is not None else ~np.isnan(part.value)
    )[there]
    counted = part.points[has & ~np.isnan(part.points)]
    return {
        "signal": part.signal.name,
        "about": SIGNALS[part.signal.name].about,
        "weight": part.signal.weight,
        "direction": None if part.signal.points is not None else part.signal.direction,
        "low": part.low,
        "high": part.high,
        "missing": "skip" if part.signal.missing is None else part.signal.missing,
        "known": float(known.mean()) if known.size else None,
        "mean_points": float(counted.mean()) if counted.size else None,
        "mean_contribution": float(part.contribution[has].mean()) if has.any() else None,
        "note": part.note,
    }
