"""The API's objects for customer success: health, the successful, landing pages, candidates."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from refnet.api.models import Amount, Currency, Interval, Model

Share = float | None


class SignalPart(Model):
    """One signal's part in a health score."""

    signal: str = Field(examples=["active_days"])
    about: str = Field(examples=["days active in the last month"])
    value: float | str | None = Field(examples=[13.0])
    points: float | None = Field(description="0 to 100; null: it does not count", examples=[65.0])
    weight: float = Field(examples=[18.0])
    contribution: float | None = Field(
        description="to the score: contributions sum to it; null where there is no score", examples=[13.4]
    )
    why: str | None = Field(
        description="what was done where it is not known", examples=["not known: skipped"]
    )


class CustomerHealth(Model):
    """A customer's health score, with each signal's part."""

    customer_id: str = Field(examples=["c-0000040"])
    name: str | None = Field(examples=["Noa Klein"])
    score: float | None = Field(description="0 to 100", examples=[63.9])
    grade: str | None = Field(examples=["amber"])
    known: float = Field(description="share of the weights whose signals are known", examples=[0.87])
    version: str = Field(
        description="which weights made it: name and hash of the file", examples=["refnet@d96b2670e6"]
    )
    why: str | None = Field(
        description="why there is no score", examples=["not there: left, or not joined yet"]
    )
    signals: list[SignalPart]
    currency: Currency


class Certain(Model):
    """A share with its interval."""

    value: Share = Field(examples=[0.165])
    interval: Interval


class LookedAtLevels(Model):
    """How much was looked at: what was tested shares a false-discovery rate of 5 %."""

    attributes: int = Field(examples=[17])
    levels: int = Field(examples=[114])
    tested: int = Field(description="with customers enough", examples=[79])


class Lift(Model):
    """A level of an attribute, and how many of its customers are successful."""

    attribute: str = Field(examples=["channel"])
    level: str = Field(examples=["organic_search"])
    customers: int = Field(examples=[4566])
    share: Share = Field(description="of them who are successful", examples=[0.175])
    share_rest: Share = Field(examples=[0.162])
    lift: float | None = Field(description="share / share of all; null: too little data", examples=[1.06])
    interval: Interval
    ratio: float | None = Field(description="share / share of the rest", examples=[1.08])
    ratio_interval: Interval
    p_value: float | None = Field(examples=[0.04])
    q_value: float | None = Field(description="false-discovery rate", examples=[0.15])
    stands_out: bool
    explained_by: str | None = Field(
        description="an attribute among whose levels the difference is not there", examples=["joinedAt"]
    )
    left: float | None = Field(description="what part of it is left there", examples=[0.47])
    mean_value: Amount
    value_ratio: float | None = Field(description="mean CLTV / mean CLTV of the rest", examples=[1.1])
    value_interval: Interval
    value_q_value: float | None = Field(examples=[0.001])
    reading: str


class FirstAction(Model):
    """What some did within their first days, and whether they are successful."""

    action: str = Field(examples=["a second order"])
    of: int = Field(description="customers whose first days are known", examples=[9099])
    customers: int = Field(description="of them who did", examples=[5143])
    share: Share = Field(examples=[0.139])
    share_rest: Share = Field(examples=[0.102])
    lift: float | None = Field(examples=[1.13])
    interval: Interval
    ratio: float | None = Field(examples=[1.36])
    ratio_interval: Interval
    p_value: float | None = Field(examples=[0.0001])
    q_value: float | None = Field(examples=[0.0004])
    stands_out: bool
    reading: str


class FirstActions(Model):
    """First actions of those who were there through all of those days."""

    days: int = Field(examples=[60])
    joined_before: str | None = Field(
        description="so that what success looks back at comes after those days", examples=["2024-11-01"]
    )
    customers: int = Field(examples=[9099])
    rows: list[FirstAction]
    notes: list[str]


class BestReferrer(Model):
    """A customer who has brought successful ones."""

    customer_id: str = Field(examples=["c-0010819"])
    name: str | None = Field(examples=["Finn Dubois"])
    brought: int = Field(examples=[27])
    successful: int = Field(examples=[9])
    share: Certain


class SegmentLevel(Model):
    """Success in one level of an attribute."""

    level: str = Field(examples=["monthly"])
    customers: int = Field(examples=[10859])
    share: Share = Field(examples=[0.171])
    lift: float | None = Field(examples=[1.04])
    interval: Interval
    leading_channel: str | None = Field(examples=["referral"])
    leading_lift: float | None = Field(examples=[1.13])
    leading_interval: Interval


class BySegment(Model):
    """Success by the levels of an attribute."""

    by: str = Field(examples=["plan"])
    levels: list[SegmentLevel]


class Success(Model):
    """The successful: where they came from, what they have in common, what they did first."""

    currency: Currency
    definition: str
    by: str = Field(examples=["score"])
    version: str | None = Field(description="the weights, by score", examples=["refnet@d96b2670e6"])
    customers: int = Field(description="looked at", examples=[17584])
    successful: int = Field(examples=[2908])
    share: Certain
    looked_at: LookedAtLevels
    skipped: dict[str, str] = Field(examples=[{"crmRole": "part of the score"}])
    origins: list[Lift]
    use_cases: list[Lift]
    traits: list[Lift]
    referrers: list[BestReferrer]
    first_actions: FirstActions
    segments: BySegment | None
    reading: str


class Drawn(Model):
    """A cell's figure as it is, and drawn to the middle of all cells."""

    raw: float | None = Field(examples=[0.0517])
    value: float | None = Field(description="drawn to the middle", examples=[0.0524])
    interval: Interval
    weight: float | None = Field(description="of the cell's own data in it, 0 to 1", examples=[0.23])


class Middle(Model):
    """What cells are drawn to."""

    conversion: float | None = Field(examples=[0.052])
    value: float | None = Field(examples=[156.8])
    monthly_churn: float | None = Field(examples=[0.062])


class LandingCell(Model):
    """One cell; what it is not asked by is null."""

    page: str | None = Field(default=None, examples=["/offer"])
    affiliate: str | None = Field(default=None, examples=["a-004"])
    niche: str | None = Field(default=None, examples=["deals"])
    use_case: str | None = Field(default=None, examples=["first_try"])
    customers: int = Field(examples=[125])
    visits: int | None = Field(examples=[2394])
    conversion: Drawn
    value: Drawn
    monthly_churn: Drawn
    churned: int = Field(examples=[80])
    months_at_risk: float = Field(examples=[696.2])


class LandingPages(Model):
    """Landing pages, cell by cell, the most customers first."""

    currency: Currency
    by: list[str] = Field(examples=[["page", "affiliate"]])
    customers: int = Field(description="who landed anywhere", examples=[11520])
    cells: list[LandingCell]
    middle: Middle
    notes: list[str]


class Candidate(Model):
    """Somebody to invite."""

    customer_id: str = Field(examples=["c-0008420"])
    name: str | None = Field(examples=["Tess Olsen"])
    score: float = Field(examples=[87.1])
    grade: str = Field(examples=["green"])
    points: int = Field(description="one for each reason", examples=[8])
    probability: float | None = Field(description="of referring, by the model", examples=[0.067])
    consent: str = Field(description="yes or unknown", examples=["yes"])
    group: str = Field(description="invite, or control: not to be invited", examples=["invite"])
    reasons: list[str] = Field(examples=[["health score 87", "has brought 1"]])


class LeftOut(Model):
    """Somebody as healthy, who is not to be invited."""

    customer_id: str = Field(examples=["c-0006515"])
    name: str | None = Field(examples=["Hana Blom"])
    score: float = Field(examples=[91.0])
    why: list[str] = Field(examples=[["no consent to be contacted"]])


class Control(Model):
    """The control group."""

    share: float = Field(examples=[0.1])
    seed: int = Field(examples=[0])
    customers: int = Field(examples=[292])


class Candidates(Model):
    """Whom to invite, and who is left out and why."""

    currency: Currency
    purpose: str = Field(examples=["affiliate"])
    version: str = Field(examples=["refnet@d96b2670e6"])
    rank: str = Field(examples=["points"])
    pool: int = Field(description="who may be invited, the control group among them", examples=[2942])
    healthy: int = Field(examples=[3840])
    candidates: list[Candidate]
    left_out: list[LeftOut]
    left_out_counts: dict[str, int] = Field(examples=[{"no consent": 762}])
    control: Control
    model: dict[str, Any] | None = Field(
        description="the model's card: windows of time, features, scores beside the plain rule's, calibration; "
        "`why` where there is none"
    )
    lead: str
    reading: str
