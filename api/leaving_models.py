"""The API's objects for who might leave and what hangs below them."""

from __future__ import annotations

from pydantic import Field

from refnet.api.models import Amount, Currency, Interval, Items, Model

Probability = Field(description="of leaving within a month", examples=[0.048])


class Reason(Model):
    """What one reason adds to a customer's chance of leaving, beside the mean customer."""

    reason: str = Field(examples=["usage"])
    adds: float = Field(description="to the logit; all reasons add up", examples=[1.2])
    odds: float = Field(description="by how much it multiplies the odds of leaving", examples=[3.3])
    because: str = Field(examples=["active days less those of the months before: -9.7 (mean 0.1)"])


class OneChurn(Model):
    """A customer's chance of leaving."""

    customer_id: str = Field(examples=["c-0004154"])
    there: bool = Field(description="false: they have left, and have no probability")
    left_at: str | None = Field(description="the day they left", examples=["2025-06-01"])
    probability: float | None = Probability
    percentile: float | None = Field(
        description="how many of 100 who are there are less likely to leave", examples=[93.1]
    )
    reasons: list[Reason] = Field(description="the weightiest first; what the model goes by, no cause")


class CustomerChurn(OneChurn):
    """One customer's, with the day and the model that it is of."""

    as_of: str | None = Field(description="the first day of the month ahead", examples=["2026-01-01"])
    model_version: str = Field(examples=["0123456789ab"])


class Leaving(Model):
    """What counts as leaving."""

    rule: str = Field(description="recorded (churned_at) or inactive", examples=["recorded"])
    multiple: float | None = Field(description="inactive: times the usual gap", examples=[3.0])
    usual_gap_days: float | None = Field(examples=[37.0])
    silence_days: float | None = Field(description="inactive: longer without an order", examples=[111.0])
    reading: str = Field(examples=["left: on the day that churned_at says"])


class Estimated(Model):
    """A value and its 95 % interval, by bootstrap over customers."""

    value: float | None = Field(examples=[0.63])
    interval: Interval


class Score(Model):
    """What probabilities were worth on the test months."""

    auc: Estimated
    brier: Estimated
    log_loss: Estimated
    observed_over_expected: Estimated


class Better(Model):
    """The model beside the recency rule: above 0 where the model is better."""

    auc: Estimated
    brier: Estimated
    log_loss: Estimated


class Scores(Model):
    """The trial on the test months."""

    months: int = Field(description="customer-months", examples=[19896])
    customers: int = Field(examples=[10600])
    left: int = Field(examples=[959])
    scores: dict[str, Score] = Field(description="model, recency_rule, everyone_alike")
    better: Better
    margin: float = Field(description="AUC that the whole interval has to be above", examples=[0.03])
    verdict: str = Field(examples=["better"])


class Part(Model):
    """A tenth of the test months, from the least to the most likely."""

    months: int = Field(examples=[1990])
    left: int = Field(examples=[95])
    expected: float = Field(examples=[0.047])
    observed: float | None = Field(examples=[0.048])
    interval: Interval


class MadeBy(Model):
    """The code that made a model."""

    refnet: str = Field(examples=["0.1.0"])
    code: str = Field(description="hash of the modules that make models", examples=["0123456789ab"])


class Rows(Model):
    """A period's size."""

    months: int = Field(description="customer-months", examples=[19896])
    left: int = Field(examples=[959])


class Data(Model):
    """What a model was made from."""

    customers: int = Field(examples=[20000])
    until: str | None = Field(examples=["2025-12-31"])
    with_: list[str] = Field(
        alias="with", description="what there was besides customers", examples=[["orders"]]
    )
    window: dict[str, list[str]] = Field(
        description="training, validation, calibration, test: from, and first day after"
    )
    rows: dict[str, Rows]


class Chosen(Model):
    """The weight against the ridge, and the log loss of each that was tried."""

    weight: float = Field(examples=[0.03])
    log_loss: dict[str, float]


class About(Model):
    """A churn model."""

    version: str = Field(examples=["0123456789ab"])
    made_at: str = Field(examples=["2026-01-02T06:00:00+00:00"])
    made_by: MadeBy
    leaving: Leaving
    data: Data
    chosen: Chosen
    scores: Scores
    calibration: list[Part]


class Churn(Items[OneChurn]):
    """Who might leave within a month, the likeliest first."""

    as_of: str | None = Field(description="the first day of the month ahead", examples=["2026-01-01"])
    customers: int = Field(description="who are there", examples=[10449])
    expected_to_leave: float = Field(examples=[456.2])
    model: About


class Counts(Model):
    """Months, or leavings, after the referrer had left and while they were there."""

    gone: int
    there: int


class Association(Model):
    """How much more often customers leave after their referrer has left; an association, not an effect."""

    value: float | None = Field(examples=[1.04])
    interval: Interval
    p_value: float | None = Field(examples=[0.37])
    trees: int = Field(description="that vary independently", examples=[900])
    months: Counts
    left: Counts
    strata: int = Field(description="months of joining × calendar months", examples=[610])
    reading: str


class OneExposure(Model):
    """What hangs below a customer and might go."""

    customer_id: str = Field(examples=["c-0004154"])
    probability: float | None = Probability
    people: int = Field(description="below them, whether still there or not", examples=[50])
    hangs: Amount = Field(description="what those below who are still there spent in twelve months")
    downstream_at_risk: Amount = Field(description="the same, times each one's own probability of leaving")
    exposure: Amount = Field(description="probability × hangs: all of it")
    likely: Amount = Field(description="the part that the association makes likely; null: too little data")
    likely_interval: Interval


class Exposure(Items[OneExposure]):
    """Referrers, the largest exposure first."""

    as_of: str | None = Field(examples=["2026-01-01"])
    referrers: int = Field(description="who have anything hanging below them", examples=[1697])
    model_version: str = Field(examples=["0123456789ab"])
    leaving: Leaving
    association: Association
    currency: Currency


class CustomerExposure(OneExposure):
    """One customer's."""

    as_of: str | None = Field(examples=["2026-01-01"])
    model_version: str = Field(examples=["0123456789ab"])
    association: Association
    currency: Currency
