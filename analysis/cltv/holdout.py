"""The trial of a prediction: the last part of the orders held out, predicted from what was before it, and compared."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from refnet.analysis.cltv.history import Models, fitted, history
from refnet.analysis.cltv.purchases import Array

_PART = 0.25
_Z = 1.959963984540054


def holdout(days: pd.DataFrame, end: int, left: pd.Series, weeks: float) -> dict[str, Any] | str:
    """Predicted against actual over the last quarter of the orders' time, or `weeks` if that is less.

    Args:
        days: as `days_of` gives them. end: the last day. left: as for `history`.
        weeks: how far the prediction itself looks ahead.

    Returns:
        weeks; customers (who had bought before it); purchases and amount, each {predicted, actual, as_so_far, ratio,
        interval}; error and error_as_so_far, the mean absolute error a customer, in purchases. `as_so_far` goes on at
        each customer's own rate: what a prediction has to be better than. `ratio` is actual / predicted with a 95 %
        interval by the delta method over customers: of chance among them, not of another season. Or why there is none.
    """
    span = end - int(days["day"].min()) if len(days) else 0
    held = int(min(span * _PART, weeks * 7))
    past = history(days, end - held, left)
    models = fitted(past)
    if not isinstance(models, Models) or held < 7:
        return "Too little data to hold a part out: how far off the prediction is, is not known."
    counts, amounts = models.ahead(past, held / 7)
    after = days[days["day"] > end - held].groupby("customerId")["paid"].agg(["size", "sum"])
    after = after.reindex(past.customers).fillna(0.0)
    bought, paid = after["size"].to_numpy(dtype=np.float64), after["sum"].to_numpy(dtype=np.float64)
    # At least a week: who came yesterday has no rate yet.
    so_far = past.x / np.maximum(past.age, 1.0) * held / 7
    return {
        "weeks": held / 7,
        "customers": len(past.customers),
        "purchases": _compared(counts, bought, so_far),
        "amount": _compared(amounts, paid, so_far * np.nan_to_num(past.mean)),
        "error": float(np.abs(counts - bought).mean()),
        "error_as_so_far": float(np.abs(so_far - bought).mean()),
    }


def _compared(predicted: Array, actual: Array, so_far: Array) -> dict[str, Any]:
    expected, ratio, interval = float(predicted.sum()), None, None
    if expected > 0:
        ratio = float(actual.sum()) / expected
        spread = _Z * float(np.sqrt(((actual - ratio * predicted) ** 2).sum())) / expected
        interval = [max(ratio - spread, 0.0), ratio + spread]
    return {
        "predicted": expected,
        "actual": float(actual.sum()),
        "as_so_far": float(so_far.sum()),
        "ratio": ratio,
        "interval": interval,
    }
