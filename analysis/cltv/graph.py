"""Graph → models → graph: predicted CLTV, written beside what was loaded and what was spent.

A customer's CLTV is what was loaded, else predicted, else the revenue so far. Predicted is the revenue so far and what
the customer is expected to spend in the months to come, so that the three are of one kind. A prediction stays as it is,
whatever is loaded later, until it is made anew or forgotten.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

import numpy as np
import pandas as pd

from refnet.analysis.cltv.history import History, Models, days_of, fitted, history
from refnet.analysis.cltv.holdout import holdout
from refnet.analysis.currency import currency_of
from refnet.core.money import exponent
from refnet.core.progress import Quiet, Reporter
from refnet.core.rows import BATCH, batches
from refnet.core.settings import Settings, load_settings
from refnet.graph import Graph
from refnet.graph.connection import native

_DAY_MS = 86_400_000
_WEEKS_A_MONTH = 365.25 / 12 / 7
_RELATED = 0.3


@dataclass(frozen=True)
class Prediction:
    """What was predicted; amounts in `currency`.

    Attributes:
        predicted: how many customers got a CLTV by prediction; 0 where there is too little data, and `why` says so.
        months: looked ahead.
        since, until: the orders' first and last day; to: the day that is predicted up to.
        expected: what those customers are expected to spend in these months, in all.
        holdout: predicted against actual on the orders' last part (see `holdout`), None if that was not possible.
        parameters: r, alpha (weeks), a, b of BG/NBD; p, q, v of Gamma-Gamma.
        notes: what a person should know, a sentence each.
    """

    predicted: int
    months: int
    currency: str
    why: str | None = None
    since: date | None = None
    until: date | None = None
    to: date | None = None
    expected: float | None = None
    holdout: dict[str, Any] | None = None
    parameters: dict[str, float] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Held:
    """What CLTV is in the graph.

    Attributes:
        customers, mean: by source (loaded, predicted, historic, None where it is not known): how many, and their mean.
        currency: of the means.
        predicted_at: when predictions were made, the oldest and the newest; predicted_to: the day they look ahead to.
    """

    customers: dict[str | None, int]
    mean: dict[str | None, float | None]
    currency: str
    predicted_at: tuple[datetime, datetime] | None
    predicted_to: date | None


def predict(
    graph: Graph, *, months: int = 12, settings: Settings | None = None, reporter: Reporter | None = None
) -> Prediction:
    """Predict the CLTV of every customer who has orders and no loaded CLTV, and write it.

    With too little data nothing is written, and predictions made before stay.

    Args:
        graph: with orders.
        months: how far to look ahead.
        settings: for the currency; unset: from the environment.
        reporter: told each stage.

    Raises:
        StoreError: the graph cannot be reached.
    """
    settings, reporter = settings or load_settings(), reporter or Quiet()
    currency, weeks = currency_of(graph, settings), months * _WEEKS_A_MONTH
    with reporter.stage("export") as progress:
        customers = graph.query("export/cltv").to_pandas().set_index("customerId")
        days = days_of(graph.query("export/orders").to_pandas())
        progress.advance(len(days))
    left = pd.to_numeric(customers["churnedAt"]).astype("Float64") / _DAY_MS
    end = int(days["day"].max()) if len(days) else 0
    past = history(days, end, left)
    with reporter.stage("models", len(past.customers), "customers"):
        models = fitted(past)
        if not isinstance(models, Models):
            return Prediction(0, months, currency, why=models)
        tried = holdout(days, end, left, weeks)
        _, amounts = models.ahead(past, weeks)

    until = date(1970, 1, 1) + timedelta(days=end)
    to = until + timedelta(weeks=weeks)
    worth = pd.Series(amounts, index=past.customers)
    worth = worth[customers["loaded"].reindex(worth.index).isna()]
    revenue = pd.to_numeric(customers["revenue"]).astype("float64").reindex(worth.index).fillna(0.0)
    rows = pd.DataFrame({"id": worth.index, "cltv": (revenue + worth).round(exponent(currency)).to_numpy()})
    at = datetime.now(UTC).isoformat()
    with reporter.stage("predicted CLTV", len(rows), "customers") as progress:
        for batch in batches(rows):
            graph.query("cltv/predict", rows=batch, at=at, to=to.isoformat())
            progress.advance(len(batch))
    had = customers.index[customers["predicted"].notna()]
    _forget(graph, had.difference(pd.Index(worth.index)).tolist())
    return Prediction(
        predicted=len(rows),
        months=months,
        currency=currency,
        since=until - timedelta(weeks=past.weeks),
        until=until,
        to=to,
        expected=round(float(worth.sum()), exponent(currency)),
        holdout=None if isinstance(tried, str) else tried,
        parameters={**vars(models.purchases), **vars(models.spending)},
        notes=[*([tried] if isinstance(tried, str) else []), *_notes(past, months)],
    )


def forget(graph: Graph) -> int:
    """Go back to what was loaded or spent; how many predictions there were."""
    customers = graph.query("export/cltv").to_pandas()
    ids = customers.loc[customers["predicted"].notna(), "customerId"].tolist()
    _forget(graph, ids)
    return len(ids)


def held(graph: Graph, *, settings: Settings | None = None) -> Held:
    """Whose CLTV is loaded, predicted or historic, and when predictions were made."""
    rows = {row["source"]: {k: native(v) for k, v in row.items()} for row in graph.query("cltv/sources")}
    made = rows.get("predicted")
    return Held(
        customers={source: row["customers"] for source, row in rows.items()},
        mean={source: row["meanCltv"] for source, row in rows.items()},
        currency=currency_of(graph, settings or load_settings()),
        predicted_at=(made["firstPredictedAt"], made["lastPredictedAt"]) if made else None,
        predicted_to=made["predictedTo"] if made else None,
    )


def _forget(graph: Graph, ids: list[str]) -> None:
    for start in range(0, len(ids), BATCH):
        graph.query("cltv/forget", ids=ids[start : start + BATCH])


def _notes(past: History, months: int) -> list[str]:
    notes = []
    if months * _WEEKS_A_MONTH > past.weeks:
        notes.append(
            f"It looks further ahead ({months} months) than orders go back ({past.weeks / _WEEKS_A_MONTH:.1f})."
        )
    bought = past.x > 0
    with np.errstate(invalid="ignore"):  # where all are alike there is no correlation
        related = float(np.corrcoef(past.x[bought], past.mean[bought])[0, 1])
    if abs(related) > _RELATED:
        notes.append(
            f"Who buys often spends {'more' if related > 0 else 'less'} at a time (correlation {related:.2f}); the "
            "model takes the two for independent, so amounts of the most frequent buyers are off."
        )
    return notes
