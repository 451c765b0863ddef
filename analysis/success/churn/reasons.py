"""Why somebody is likely to leave: what each reason adds to their logit, against the mean of those who are there.

The model is linear in its features, so that the parts are exact: they add up to the difference between a
customer's calibrated logit and that of the mean customer. Features of one reason are told as one. A reason says what
the model goes by; it is no cause.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from refnet.analysis.success.churn.facts import Floats
from refnet.analysis.success.churn.features import FEATURES, REASONS, Feature, Matrix
from refnet.analysis.success.churn.model import Fitted

_PLACE = np.array([REASONS.index(feature.reason) for feature in FEATURES])


def parts(fitted: Fitted, rows: Matrix, mean: Floats) -> Floats:
    """What each feature adds to the calibrated logit of each row, against the mean row: float64, shape (n, F)."""
    return np.asarray((rows.astype(np.float64) - mean) * (fitted.slope * fitted.weight))


def by_reason(part: Floats) -> Floats:
    """The same by reason, shape (n, R), in the order of REASONS."""
    return np.column_stack([part[:, number == _PLACE].sum(axis=1) for number in range(len(REASONS))])


def reasons(fitted: Fitted, rows: Matrix, mean: Floats) -> list[list[dict[str, Any]]]:
    """Of each row its reasons, the weightiest first.

    Returns:
        reason; adds, to the logit; odds, by how much it multiplies the odds of leaving; because, the feature that
        weighs most in it, with its value and the mean of all.
    """
    part = parts(fitted, rows, mean)
    total = by_reason(part)
    found = []
    for row, each, sums in zip(rows, part, total, strict=True):
        order = np.argsort(-np.abs(sums), kind="stable")
        found.append(
            [
                {
                    "reason": REASONS[number],
                    "adds": float(sums[number]),
                    "odds": float(np.exp(sums[number])),
                    "because": _because(np.flatnonzero(number == _PLACE), row, each, mean),
                }
                for number in order
                if abs(sums[number]) >= 0.005
            ]
        )
    return found


def _because(columns: Any, row: Any, part: Floats, mean: Floats) -> str:
    """The weightiest feature of a reason in words; of steps only the one that the customer is in."""
    there = [at for at in columns if FEATURES[at].scale != "step" or row[at] > 0]
    at = max(there, key=lambda each: abs(part[each]))
    return said(FEATURES[at], float(row[at]), float(mean[at]))


def said(feature: Feature, value: float, mean: float) -> str:
    """A feature's value in words, beside the mean of all."""
    match feature.scale:
        case "step":
            return feature.about
        case "flag":
            return feature.about if value > 0.5 else f"not: {feature.about}"
        case "log1p":
            return f"{feature.about}: {np.expm1(value):.1f} (mean {np.expm1(mean):.1f})"
        case "log":
            return f"{feature.about}: {np.exp(value):.2f} × (mean {np.exp(mean):.2f} ×)"
        case _:
            return f"{feature.about}: {value:.1f} (mean {mean:.1f})"
