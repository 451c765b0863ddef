"""Who will refer within the next days: a model trained by time, calibrated, tried on what came, beside a plain rule.

Customers are looked at on a day: what was known by then, and whether they invited or brought somebody within the next
HORIZON days. Days lie HORIZON apart, so that outcomes do not overlap: the model learns on the earlier ones, is
calibrated on the one before the last, and tried on the last, whose outcome it has not seen. For today's customers it is
then made again, each step one later. Needs scikit-learn (`refnet[success]`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from refnet.analysis.programme.intervals import share as share_of
from refnet.analysis.success.judged import judged
from refnet.analysis.success.kept_model import numbers_of, predicted
from refnet.analysis.success.record import Flags, Floats, Record
from refnet.analysis.success.signals import SIGNALS, open_tickets
from refnet.core.errors import UsageError

HORIZON = 90.0
WINDOWS = 4
"""So many days are learnt from, where there are data for them."""

FEWEST = 50
"""With fewer who refer in a step there is too little data."""

RULE = (
    "The plain rule parts customers by whether they joined within the last 90 days, invited within the last half-year "
    "and were brought by a customer, and takes each part's share before."
)
_MOST_LEVELS = 20
_MOST_ROWS, _SEED = 200_000, 20_251_123  # with more rows than that it learns no better, only longer
_LATELY = 182.0


@dataclass(frozen=True)
class Look:
    """Customers as they were known on a day.

    Attributes:
        day: in days since 1970. who: shape (m,), the numbers of those who were there.
        features: m rows, what was known. refers: shape (m,), whether they referred within HORIZON days from then.
        rule: shape (m,), the plain rule's part, 0 to 7.
    """

    day: float
    who: npt.NDArray[np.int64]
    features: pd.DataFrame
    refers: Flags
    rule: npt.NDArray[np.int64]


def propensity(
    record: Record, attributes: pd.DataFrame, tree: npt.ArrayLike
) -> tuple[Floats, dict[str, Any]]:
    """The probability that each customer invites or brings somebody within the next HORIZON days, and how sure it is.

    Args:
        record: of the customers.
        attributes: n rows; words of few levels take part, as loaded: they have no dates.
        tree: shape (n,), integers: intervals keep trees together.

    Returns:
        Shape (n,), NaN: who is not there, or there is no model; and the model's card: why (there is none, else None),
        horizon_days, made_by, windows, features [{name, coefficient}], scores {model, rule, difference} as `judged`
        has them, calibration [{predicted, observed, interval, customers}], slope, rule, reading.

    Raises:
        UsageError: scikit-learn is not installed.
    """
    card, numbers = trained(record, attributes, tree)
    if numbers is None:
        return np.full(len(record), np.nan), card
    return scored(record, attributes, numbers), card


def scored(record: Record, attributes: pd.DataFrame, numbers: Mapping[str, Any]) -> Floats:
    """The probability of each customer by a model as `trained` gives it, shape (n,); NaN: who is not there.

    Raises:
        InputError: the model goes by an attribute that there is not.
    """
    columns = [name for name in attributes.columns if str(name) in numbers["words"]]
    now = look(record, attributes[columns], record.until)
    probability = np.full(len(record), np.nan)
    probability[now.who] = predicted(numbers, _filled(now.features))
    return probability


def trained(
    record: Record, attributes: pd.DataFrame, tree: npt.ArrayLike
) -> tuple[dict[str, Any], dict[str, Any] | None]:
    """The model's card, and the model as numbers (None: there is too little data), as `propensity` takes and has them.

    Raises:
        UsageError: scikit-learn is not installed.
    """
    cuts = [record.until - HORIZON * back for back in range(1, WINDOWS + 3)]
    begun = np.nanmin(record.joined) if np.isfinite(record.joined).any() else np.inf
    sign = (
        record.invitations.at.min()
        if len(record.invitations)
        else np.nanmin(np.append(record.brought_at, np.inf))
    )
    cuts = [cut for cut in cuts if cut - 30 > max(begun, sign - 30)]
    columns = [name for name in attributes.columns if _words(attributes[name])]
    if len(cuts) < 3:
        return _none(f"{len(cuts)} windows of {HORIZON:.0f} days, 3 are needed"), None
    looks = [look(record, attributes[columns], cut) for cut in sorted(cuts)]
    counts = [int(sum(one.refers.sum() for one in part)) for part in (looks[:-2], looks[-2:-1], looks[-1:])]
    if min(counts) < FEWEST:
        return _none(f"{min(counts)} who refer in a step, {FEWEST} are needed"), None
    made = _made(looks[:-2], looks[-2])
    last = looks[-1]
    came = made.predict(last.features)
    plain = _by_rule(looks[:-1], last)
    scores = judged(last.refers, came, plain, np.asarray(tree)[last.who])
    final = _made(looks[1:-1], looks[-1])
    card = {
        "why": None,
        "horizon_days": HORIZON,
        "made_by": {"refnet": version("refnet"), "scikit-learn": version("scikit-learn")},
        "windows": {
            "learnt": [_iso(one.day) for one in looks[:-2]],
            "calibrated": _iso(looks[-2].day),
            "tried": _iso(last.day),
            "scored": _iso(record.until),
        },
        "customers": {"learnt": sum(len(one.who) for one in looks[:-2]), "tried": len(last.who)},
        "features": final.features(),
        "scores": scores,
        "calibration": _calibration(last.refers, came),
        "slope": _slope(last.refers, came),
        "rule": RULE,
    }
    return card | {"reading": _reading(card)}, numbers_of(final.pipeline, final.slope, final.shift)


def look(record: Record, attributes: pd.DataFrame, day: float) -> Look:
    """Customers as they were known at the beginning of a day, and what they did within HORIZON days from it."""
    past = record.as_of(day)
    with np.errstate(invalid="ignore"):
        there = (past.joined < day) & np.isnan(past.lost) & ~(record.lost <= day)
    who = np.flatnonzero(there)
    n = len(record)
    since = np.minimum(np.maximum(day - past.joined, 0.0), 3650.0)
    sign_who = np.concatenate([record.invitations.who, record.referrer[record.referrer >= 0]])
    sign_at = np.concatenate([record.invitations.at, record.brought_at[record.referrer >= 0]])
    lately = np.bincount(sign_who[(sign_at < day) & (sign_at >= day - _LATELY)], minlength=n)
    ever = np.bincount(sign_who[sign_at < day], minlength=n)
    soon = np.bincount(sign_who[(sign_at >= day) & (sign_at < day + HORIZON)], minlength=n) > 0
    orders = np.bincount(past.orders.who, minlength=n)
    recent = np.bincount(past.orders.who[past.orders.at >= day - 90], minlength=n)
    usage = SIGNALS["active_days"].value(past)
    nps = np.where(np.isnan(usage), np.nan, SIGNALS["nps"].value(past))
    brought = past.referrer >= 0
    table: dict[str, Any] = {
        "days since joining": np.log1p(since),
        "invited lately": np.log1p(lately),
        "invited ever": (ever > 0).astype(float),
        "brought by a customer": brought.astype(float),
        "orders": np.log1p(orders),
        "orders in 90 days": np.log1p(recent),
        "spent": np.log1p(np.maximum(past.revenue, 0.0)),
        "days since the last order": np.log1p(np.nan_to_num(day - past.last_order, nan=3650.0)),
        "tickets a month": np.nan_to_num(SIGNALS["tickets_month"].value(past)),
        "open tickets": np.nan_to_num(open_tickets(past)),
        "active days": np.nan_to_num(usage),
        "usage known": (~np.isnan(usage)).astype(float),
        "NPS beside usage": np.nan_to_num(nps - 7.0),
        "NPS known": (~np.isnan(nps)).astype(float),
        "channel": record.channel,
    }
    features = pd.DataFrame({name: np.asarray(values)[who] for name, values in table.items()})
    for name in attributes.columns:
        features[str(name)] = attributes[name].to_numpy(dtype=object)[who]
    rule = 4 * (since[who] < HORIZON) + 2 * (lately[who] > 0) + brought[who]
    return Look(day, who, features, soon[who], rule.astype(np.int64))


def _words(column: pd.Series[Any]) -> bool:
    """Whether a column is of words of few levels."""
    if pd.api.types.is_datetime64_any_dtype(column) or pd.api.types.is_numeric_dtype(column):
        return False
    return column.name not in ("channel", "healthLabel") and 2 <= column.nunique() <= _MOST_LEVELS


@dataclass(frozen=True)
class _Made:
    """A fitted pipeline and the line that calibrates its log-odds."""

    pipeline: Any
    slope: float
    shift: float

    def predict(self, features: pd.DataFrame) -> Floats:
        odds = np.asarray(self.pipeline.decision_function(_filled(features)), dtype=np.float64)
        return np.asarray(1 / (1 + np.exp(-(self.slope * odds + self.shift))))

    def features(self) -> list[dict[str, Any]]:
        """By how much each moves the log-odds, the strongest first; of numbers for one standard deviation."""
        names = self.pipeline[0].get_feature_names_out()
        weights = self.pipeline[-1].coef_[0] * self.slope
        order = np.argsort(-np.abs(weights), kind="stable")
        return [{"name": str(names[n]).split("__")[1], "coefficient": float(weights[n])} for n in order]


def _made(learnt: list[Look], calibrated: Look) -> _Made:
    try:
        from sklearn.compose import ColumnTransformer
        from sklearn.linear_model import LogisticRegression
        from sklearn.pipeline import make_pipeline
        from sklearn.preprocessing import OneHotEncoder, SplineTransformer, StandardScaler
        from threadpoolctl import threadpool_limits
    except ImportError as error:
        raise UsageError(
            "scikit-learn is not installed.", "Install it with: pip install 'refnet[success]'"
        ) from error
    table = _filled(pd.concat([one.features for one in learnt], ignore_index=True))
    words = [name for name in table.columns if table[name].dtype == object]
    numbers = [name for name in table.columns if name not in words and name != "days since joining"]
    made = make_pipeline(
        ColumnTransformer(
            [
                (
                    "since",
                    make_pipeline(SplineTransformer(n_knots=6, knots="quantile"), StandardScaler()),
                    ["days since joining"],
                ),
                ("numbers", StandardScaler(), numbers),
                ("words", OneHotEncoder(handle_unknown="ignore", sparse_output=False), words),
            ]
        ),
        LogisticRegression(C=0.3, solver="newton-cholesky", max_iter=100),
    )
    refers = np.concatenate([one.refers for one in learnt])
    if len(table) > _MOST_ROWS:
        some = np.random.default_rng(_SEED).permutation(len(table))[:_MOST_ROWS]
        table, refers = table.iloc[some], refers[some]
    # Matrices this small are slower by several threads, and much slower where others compute, too.
    with threadpool_limits(1):
        made.fit(table, refers)
    odds = np.asarray(made.decision_function(_filled(calibrated.features)))[:, None]
    line = LogisticRegression(C=1e6, max_iter=1000).fit(odds, calibrated.refers)
    # A line that falls would turn the order round: then only the level is taken from the later time.
    slope = float(line.coef_[0][0])
    return _Made(made, slope, float(line.intercept_[0])) if slope > 0 else _Made(made, 1.0, 0.0)


def _filled(features: pd.DataFrame) -> pd.DataFrame:
    """Words that are not known are a level of their own."""
    filled = features.copy()
    for name in filled.columns:
        if not pd.api.types.is_float_dtype(filled[name]):
            filled[name] = (
                filled[name]
                .astype(object)
                .where(filled[name].notna(), "(unknown)")
                .astype(str)
                .astype(object)
            )
    return filled


def _by_rule(before: list[Look], last: Look) -> Floats:
    """The share of each part of the rule in the looks before."""
    part = np.concatenate([one.rule for one in before])
    hits = np.bincount(part, weights=np.concatenate([one.refers for one in before]), minlength=8)
    of = np.bincount(part, minlength=8)
    return np.asarray(((hits + 0.5) / (of + 1.0))[last.rule])


def _calibration(refers: Flags, predicted: Floats, parts: int = 10) -> list[dict[str, Any]]:
    """In tenths by what was predicted: what was predicted on average, and what came."""
    rows = []
    for here in np.array_split(np.argsort(predicted, kind="stable"), parts):
        if here.size:
            came = share_of(int(refers[here].sum()), int(here.size))
            rows.append(
                {
                    "predicted": float(predicted[here].mean()),
                    "observed": came["value"],
                    "interval": came["interval"],
                    "customers": int(here.size),
                }
            )
    return rows


def _slope(refers: Flags, predicted: Floats) -> float:
    """Of what came on the log-odds of what was predicted: 1 is right, below 1 too sure of itself (D. R. Cox 1958)."""
    from sklearn.linear_model import LogisticRegression

    p = np.clip(predicted, 1e-6, 1 - 1e-6)
    odds = np.log(p / (1 - p))[:, None]
    return float(LogisticRegression(C=1e6, max_iter=1000).fit(odds, refers).coef_[0][0])


def _none(why: str) -> dict[str, Any]:
    return {
        "why": f"too little data: {why}",
        "scores": None,
        "reading": f"No model: too little data ({why}).",
    }


def _iso(day: float) -> str:
    return str(np.datetime64(int(np.floor(day)), "D"))


def _reading(card: dict[str, Any]) -> str:
    model, gain = card["scores"]["model"], card["scores"]["difference"]["brier"]
    low, high = gain[1]
    verdict = (
        "better than the plain rule"
        if high < 0
        else "worse than the plain rule: rank by the rule"
        if low > 0
        else "not clearly better than the plain rule"
    )
    return (
        f"Referring within {card['horizon_days']:.0f} days, tried on {card['customers']['tried']:,} customers from "
        f"{card['windows']['tried']} on, which it had not seen: area under the curve {model['auc'][0]:.3f} "
        f"({model['auc'][1][0]:.3f} to {model['auc'][1][1]:.3f}), Brier score {model['brier'][0]:.4f}, {verdict} "
        f"(difference {gain[0]:+.4f}, {low:+.4f} to {high:+.4f}); slope of calibration {card['slope']:.2f}."
    )
