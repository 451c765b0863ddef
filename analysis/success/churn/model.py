"""The churn model: the chance that somebody who begins a month as active leaves in it.

A discrete-time hazard (D. R. Cox 1972, 7; P. D. Allison 1982, 'Discrete-Time Methods for the Analysis of Event
Histories'): one row a customer-month, logistic in FEATURES, with a ridge whose weight is chosen on a period of its own.
Its logit is put straight on another period (J. Platt 1999): slope and intercept, no more. What the model and the
recency rule are worth is tried on the last months, which nothing else has seen.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.special import expit, logit

from refnet.analysis.success.churn import trial
from refnet.analysis.success.churn.facts import Facts, Flags, Floats
from refnet.analysis.success.churn.features import FEATURES, Known, Matrix
from refnet.analysis.success.churn.leaving import Leaving, Months, months_at_risk, spells
from refnet.core.errors import RefnetError

MARGIN = 0.03
"""AUC by which the model has to be better than the recency rule, all of the interval, to be worth its trouble."""

TEST, CALIBRATION, VALIDATION, TRAINING = (2, 150), (1, 100), (1, 100), (3, 200)
"""Least months, and least leavings, of each period, from the last one back."""
WEIGHTS = (0.003, 0.03, 0.3)
"""Of the data against the ridge (scikit-learn's C), tried on the validation period."""
_NAMES = ("test", "calibration", "validation", "training")


@dataclass(frozen=True)
class Periods:
    """Months of each period as [first, last + 1) of the months at risk; one follows the other."""

    training: tuple[int, int]
    validation: tuple[int, int]
    calibration: tuple[int, int]
    test: tuple[int, int]


@dataclass(frozen=True)
class Fitted:
    """The model's numbers.

    Attributes:
        weight: of each feature as it is, float64, shape (F,): logit a unit. intercept: logit where all are 0.
        slope, shift: calibrated logit = slope · logit + shift.
    """

    weight: Floats
    intercept: float
    slope: float = 1.0
    shift: float = 0.0

    def logit(self, rows: Matrix) -> Floats:
        """The calibrated logit of each row, float64, shape (n,)."""
        weight = (self.slope * self.weight).astype(np.float32)
        return np.asarray((rows @ weight).astype(np.float64) + self.slope * self.intercept + self.shift)

    def probability(self, rows: Matrix) -> Floats:
        """The chance of leaving within a month, float64, shape (n,)."""
        return np.asarray(expit(self.logit(rows)))


@dataclass(frozen=True)
class Trained:
    """A model, and what it was worth.

    Attributes:
        fitted: its numbers. leaving: what it takes for leaving.
        window: first days of months: {training, validation, calibration, test: [from, to]}, the second outside it.
        rows: customer-months, and leavings, of each period.
        chosen: weight against the ridge, with the validation period's log loss of each that was tried.
        scores: model, recency rule and everyone alike on the test period, as `trial.compare` has them.
        calibration: as `trial.calibration` has it, on the test period.
    """

    fitted: Fitted
    leaving: Leaving
    window: dict[str, list[str]]
    rows: dict[str, dict[str, int]]
    chosen: dict[str, Any]
    scores: dict[str, Any]
    calibration: list[dict[str, Any]]


@dataclass(frozen=True)
class TooLittle:
    """There is no model, and why: what is missing, in a sentence."""

    why: str


def periods(months: Months) -> Periods | TooLittle:
    """The last months for the test, those before for calibration, those before for choosing, the rest to learn from.

    Each has as many months as hold enough leavings; where the first ones do not, there is too little data.
    """
    left = months.events
    end, found = len(left), {}
    for name, (least, enough) in zip(_NAMES, (TEST, CALIBRATION, VALIDATION, TRAINING), strict=True):
        begin = 0 if name == "training" else end - least
        while begin > 0 and left[begin:end].sum() < enough:
            begin -= 1
        if begin < 0 or end - begin < least or left[begin:end].sum() < enough:
            least, enough = (sum(ends) for ends in zip(TEST, CALIBRATION, VALIDATION, TRAINING, strict=True))
            return TooLittle(
                f"Too little data for a churn model: {int(left.sum()):,} leavings in {len(left):,} whole months; it "
                f"takes about {enough:,}, in at least {least} months."
            )
        found[name] = (begin, end)
        end = begin
    return Periods(**found)


def train(facts: Facts, what: Leaving) -> Trained | TooLittle:
    """Learn who leaves, and try it.

    Args:
        facts: of customers.
        what: counts as leaving.

    Raises:
        RefnetError: scikit-learn is not installed.
    """
    if what.rule == "inactive" and not what.usual_gap:
        return TooLittle(
            "No churn model: nobody has a churned_at, and nobody has ordered twice, so that it is not known who left."
        )
    months = months_at_risk(facts, spells(facts, what))
    parts = periods(months)
    if isinstance(parts, TooLittle):
        return parts
    rows = design(Known(facts, what, months), months)
    return fit(rows, months, parts, what)


def design(known: Known, months: Months) -> Matrix:
    """The features of every customer-month as of its first moment, float32, shape (m, F)."""
    rows = np.empty((len(months), len(FEATURES)), dtype=np.float32)
    for number, begin in enumerate(months.starts[:-1]):
        some = slice(*np.searchsorted(months.month, [number, number + 1]))
        rows[some] = known.at(float(begin), months.who[some])
    return rows


def fit(rows: Matrix, months: Months, parts: Periods, what: Leaving) -> Trained:
    """Fit, calibrate and try, with the features worked out.

    Raises:
        RefnetError: scikit-learn is not installed.
    """

    def of(first: int, last: int) -> slice:
        return slice(*np.searchsorted(months.month, [first, last]))

    left = months.left
    learn, validate = of(*parts.training), of(*parts.validation)
    both, settle, test = of(parts.training[0], parts.validation[1]), of(*parts.calibration), of(*parts.test)
    tried = {}
    for strength in WEIGHTS:
        chance = logistic(rows[learn], left[learn], strength).probability(rows[validate])
        tried[strength] = float(trial.log_loss(chance, left[validate]).mean())
    strength = min(tried, key=lambda each: tried[each])
    plain = logistic(rows[both], left[both], strength)
    slope, shift = platt(plain.logit(rows[settle]), left[settle])
    fitted = Fitted(plain.weight, plain.intercept, slope, shift)
    chances = {
        "model": fitted.probability(rows[test]),
        "recency_rule": recency(rows, left, both, settle)(rows[test]),
        "everyone_alike": np.full(test.stop - test.start, left[settle].mean()),
    }
    who = months.who[test]
    scores = trial.compare(chances, left[test], who, model="model", rule="recency_rule")
    spans = {name: getattr(parts, name) for name in reversed(_NAMES)}
    return Trained(
        fitted=fitted,
        leaving=what,
        window={
            name: [_day(months.starts[first]), _day(months.starts[last])]
            for name, (first, last) in spans.items()
        },
        rows={
            name: {"months": len(left[of(*span)]), "left": int(left[of(*span)].sum())}
            for name, span in spans.items()
        },
        chosen={"weight": strength, "log_loss": {str(each): loss for each, loss in tried.items()}},
        scores={**scores, "margin": MARGIN, "verdict": verdict(scores)},
        calibration=trial.calibration(chances["model"], left[test]),
    )


def verdict(scores: dict[str, Any]) -> str:
    """Whether the model beats the recency rule by the margin: better, no better, or too little data."""
    interval = scores["better"]["auc"]["interval"]
    if interval is None:
        return "too little data"
    return "better" if interval[0] > MARGIN else "no better"


def logistic(rows: Matrix, left: Flags, strength: float) -> Fitted:
    """Logistic regression with a ridge on features brought to one scale; the numbers are of features as they are."""
    found = _sklearn().LogisticRegression(C=strength, solver="newton-cholesky")
    mean = rows.mean(axis=0, dtype=np.float64)
    spread = rows.std(axis=0, dtype=np.float64)
    spread[spread < 1e-9] = np.inf  # what never varies weighs nothing
    found.fit((rows - mean) / spread, left)
    weight = found.coef_[0] / spread
    return Fitted(weight, float(found.intercept_[0] - weight @ mean))


def platt(value: Floats, left: Flags) -> tuple[float, float]:
    """Slope and shift of logits that give the likeliest probabilities."""
    found = _sklearn().LogisticRegression(C=np.inf, solver="newton-cholesky")
    found.fit(value[:, None], left)
    return float(found.coef_[0, 0]), float(found.intercept_[0])


def recency(rows: Matrix, left: Flags, learn: slice, settle: slice) -> Any:
    """The rule to beat: who has not ordered for longer leaves sooner, and is as likely to as the data say.

    Isotonic regression of leaving on the days since the last order, learnt and calibrated on the same months as the
    model.
    """
    from sklearn.isotonic import IsotonicRegression

    column = [feature.name for feature in FEATURES].index("silence_days")
    rule = IsotonicRegression(y_min=1e-4, y_max=1 - 1e-4, increasing=True, out_of_bounds="clip")
    rule.fit(rows[learn, column], left[learn])

    def raw(some: Matrix) -> Floats:
        return np.asarray(logit(rule.predict(some[:, column])), dtype=np.float64)

    slope, shift = platt(raw(rows[settle]), left[settle])
    return lambda some: expit(slope * raw(some) + shift)


def _day(start: float) -> str:
    return str(np.datetime64(int(start), "D"))


def _sklearn() -> Any:
    try:
        from sklearn import linear_model
    except ImportError:
        raise RefnetError(
            "A churn model is trained by scikit-learn, which is not installed.",
            "pip install 'refnet[success]'",
        ) from None
    return linear_model
