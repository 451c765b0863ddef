"""Who is there now, and how likely each is to leave within a month."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from refnet.analysis.success.churn.facts import Facts, Floats, Ints, called
from refnet.analysis.success.churn.features import Known, Matrix
from refnet.analysis.success.churn.leaving import Months, Spells, months_at_risk, spells
from refnet.analysis.success.churn.reasons import reasons
from refnet.analysis.success.churn.saved import Saved


@dataclass(frozen=True)
class Scored:
    """Everybody who is there at the end of the data.

    Attributes:
        facts: of all customers.
        model: that says so.
        there: when customers were there. months: at risk.
        who: those who are there now, rising, shape (a,).
        rows: their features, shape (a, F).
        probability: of leaving within a month, shape (a,).
    """

    facts: Facts
    model: Saved
    there: Spells
    months: Months
    who: Ints
    rows: Matrix
    probability: Floats

    @property
    def as_of(self) -> str | None:
        """The day that it is of: the first one after the data; None in an empty graph."""
        return called(self.facts.today)

    @cached_property
    def chance(self) -> Floats:
        """Of each customer, shape (n,): 0 of those who are not there."""
        found = np.zeros(len(self.facts))
        found[self.who] = self.probability
        return found

    @cached_property
    def here(self) -> Any:
        """Whether each customer is there, shape (n,)."""
        found = np.zeros(len(self.facts), dtype=bool)
        found[self.who] = True
        return found

    @cached_property
    def number_of(self) -> dict[str, int]:
        """The number of each customer by id."""
        return {str(customer): number for number, customer in enumerate(self.facts.ids)}

    @cached_property
    def mean(self) -> Floats:
        """The mean features of those who are there, shape (F,)."""
        return np.asarray(self.rows.mean(axis=0, dtype=np.float64))

    def told(self, places: Ints) -> list[dict[str, Any]]:
        """Some of those who are there, by their place among them: customer_id, probability, percentile, reasons."""
        below = np.searchsorted(np.sort(self.probability), self.probability[places], side="left")
        why = reasons(self.model.fitted, self.rows[places], self.mean)
        return [
            {
                "customer_id": str(self.facts.ids[self.who[at]]),
                "probability": float(self.probability[at]),
                "percentile": float(100 * rank / len(self.who)),
                "reasons": because,
            }
            for at, rank, because in zip(places, below, why, strict=True)
        ]


def score(facts: Facts, model: Saved) -> Scored:
    """Score everybody who is there at the end of the data."""
    there = spells(facts, model.leaving)
    months = months_at_risk(facts, there)
    some = there.there(facts.today) if np.isfinite(facts.until) else np.zeros(0, dtype=np.int64)
    who = np.sort(there.who[some])
    rows = Known(facts, model.leaving, months).at(facts.today, who)
    return Scored(facts, model, there, months, who, rows, model.fitted.probability(rows))
