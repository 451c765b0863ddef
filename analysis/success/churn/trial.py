"""How good probabilities are: AUC, Brier score, log loss, calibration, each with an interval by customer.

A customer has several months, which are alike: the bootstrap draws customers with all their months (B. Efron and R.
Tibshirani 1993, 'An Introduction to the Bootstrap', 8). Intervals are two-sided, 95 %.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from refnet.analysis.programme.intervals import LEVEL, share
from refnet.analysis.success.churn.facts import Flags, Floats, Ints

DRAWS = 300
BINS = 10
_TINY = 1e-12


def auc(score: Floats, left: Flags, weight: Floats | None = None) -> float:
    """The chance that somebody who left had a higher score than somebody who stayed; ties count half. NaN: no pairs."""
    return float(_auc(*_ranked(score), left, np.ones(len(left)) if weight is None else weight))


def compare(
    probability: Mapping[str, Floats], left: Flags, who: Ints, *, model: str, rule: str, draws: int = DRAWS
) -> dict[str, Any]:
    """Scores of each kind of probability on the same months, and how the model's differ from the rule's.

    Args:
        probability: by name, of each month, shape (m,).
        left: whether they left, shape (m,).
        who: whose month, shape (m,).
        model, rule: the two that are compared.
        draws: of the bootstrap.

    Returns:
        months, customers, left; by name {auc, brier, log_loss, observed_over_expected}, each {value, interval};
        `better`: the same of the model less the rule, above 0 where the model is better.
    """
    ranked = {name: _ranked(chance) for name, chance in probability.items()}
    loss = {
        name: np.column_stack([(chance - left) ** 2, log_loss(chance, left), left.astype(np.float64), chance])
        for name, chance in probability.items()
    }

    def figures(weight: Floats) -> dict[str, list[float]]:
        total = weight.sum()
        return {name: _figures(ranked[name], loss[name], left, weight, total) for name in probability}

    customers, place = np.unique(who, return_inverse=True)
    rng = np.random.default_rng(7)
    drawn = []
    for _ in range(draws):
        times = np.bincount(rng.integers(0, len(customers), len(customers)), minlength=len(customers))
        drawn.append(figures(times[place].astype(np.float64)))
    whole = figures(np.ones(len(left)))
    names = ("auc", "brier", "log_loss", "observed_over_expected")
    found: dict[str, Any] = {
        "months": len(left),
        "customers": len(customers),
        "left": int(left.sum()),
        "scores": {
            name: {
                figure: _estimate(whole[name][at], [one[name][at] for one in drawn])
                for at, figure in enumerate(names)
            }
            for name in probability
        },
    }
    signs = (1.0, -1.0, -1.0)
    found["better"] = {
        figure: _estimate(
            sign * (whole[model][at] - whole[rule][at]),
            [sign * (one[model][at] - one[rule][at]) for one in drawn],
        )
        for at, (figure, sign) in enumerate(zip(names[:3], signs, strict=True))
    }
    return found


def calibration(chance: Floats, left: Flags, bins: int = BINS) -> list[dict[str, Any]]:
    """Months from the least to the most likely to be left in, in parts of equal size: expected against observed.

    Returns:
        months, left, expected (mean probability), observed and its interval (Wilson's), of each part.
    """
    order = np.argsort(chance, kind="stable")
    found = []
    for part in np.array_split(order, bins):
        if part.size:
            seen = share(int(left[part].sum()), len(part))
            found.append(
                {
                    "months": len(part),
                    "left": seen["count"],
                    "expected": float(chance[part].mean()),
                    "observed": seen["value"],
                    "interval": seen["interval"],
                }
            )
    return found


def _ranked(score: Floats) -> tuple[Ints, Ints]:
    """The order of scores, and where in it equal ones begin."""
    order = np.argsort(score, kind="stable")
    ordered = score[order]
    begins = (
        np.flatnonzero(np.append(True, ordered[1:] != ordered[:-1])) if len(score) else np.zeros(0, np.int64)
    )
    return order.astype(np.int64), begins.astype(np.int64)


def _auc(order: Ints, begins: Ints, left: Flags, weight: Floats) -> float:
    if not len(order):
        return float("nan")
    gone = np.add.reduceat(np.where(left, weight, 0.0)[order], begins)
    stayed = np.add.reduceat(np.where(left, 0.0, weight)[order], begins)
    pairs = gone.sum() * stayed.sum()
    below = np.cumsum(stayed) - stayed / 2
    return float(gone @ below / pairs) if pairs > 0 else float("nan")


def _figures(
    ranked: tuple[Ints, Ints], loss: Floats, left: Flags, weight: Floats, total: float
) -> list[float]:
    brier, log_loss, gone, expected = weight @ loss
    return [
        _auc(*ranked, left, weight),
        brier / total,
        log_loss / total,
        gone / expected if expected > 0 else np.nan,
    ]


def log_loss(chance: Floats, left: Flags) -> Floats:
    """−log of the probability of what came to be, of each month, shape (m,)."""
    kept = np.clip(chance, _TINY, 1 - _TINY)
    return np.asarray(-np.where(left, np.log(kept), np.log1p(-kept)))


def _estimate(value: float, drawn: list[float]) -> dict[str, Any]:
    known = np.array(drawn)[np.isfinite(drawn)]
    if not np.isfinite(value) or not known.size:
        return {"value": None, "interval": None}
    tail = 50 * (1 - LEVEL)
    return {
        "value": float(value),
        "interval": [float(end) for end in np.percentile(known, [tail, 100 - tail])],
    }
