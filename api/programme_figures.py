"""The API's objects for the programme."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from refnet.api.models import Amount, Currency, Interval, Model


class Share(Model):
    """A count of a number, as a fraction of 1."""

    value: float | None = Field(examples=[0.22])
    interval: Interval
    count: int = Field(examples=[4400])
    of: int = Field(examples=[20000])


class Conversion(Share):
    """Invitations that became customers."""

    rejected: int = Field(
        description="invitations (fraud, duplicates) that count neither way", examples=[120]
    )


class Propensity(Model):
    """How many times as likely the referred are to refer."""

    value: float | None = Field(examples=[3.43])
    interval: Interval
    window_days: int = Field(examples=[180])
    referred: Share
    not_referred: Share


class Ratio(Model):
    """A ratio of two sums over customers, who are alike within a tree."""

    value: float | None = Field(examples=[0.44])
    interval: Interval
    clusters: int = Field(description="trees that it rests on; no interval below 30", examples=[7527])


class KFactor(Model):
    """New customers that one customer brings: invitations × conversion."""

    value: float | None = Field(examples=[0.41])
    interval: Interval
    invitations_per_customer: float | None = Field(examples=[0.68])
    multiplier: float | None = Field(
        description="what one customer becomes in the end, 1 / (1 − K); null from K = 1 on", examples=[1.69]
    )
    waves: list[float] | None = Field(
        description="customers after each wave, from 100", examples=[[141.0, 157.8]]
    )


class Likely(Model):
    """A chance."""

    value: float | None = Field(examples=[0.123])
    interval: Interval


class Waiting(Model):
    """A time until something that many still wait for (Kaplan–Meier)."""

    median_days: float | None = Field(description="null: fewer than half ever do", examples=[62.0])
    interval: list[float | None] | None = Field(
        description="95 %, from and to; an end that is not reached is null", examples=[[55.0, 70.0]]
    )
    within_horizon: Likely
    horizon_days: float = Field(examples=[365.0])
    half_days: float | None = Field(
        description="by when half of those had it that have it within the horizon", examples=[46.0]
    )
    count: int = Field(description="of whom it is seen", examples=[2266])
    of: int = Field(examples=[20000])


class CycleTime(Waiting):
    """Days from joining to the first invitation that became a customer."""

    reading: str


class Payback(Waiting):
    """Days from a referrer's first reward until those they brought have earned all rewards for bringing them."""

    value_of: Literal["margin", "revenue"]
    reading: str


class Period(Model):
    """New customers of one month, quarter or year."""

    period: str = Field(examples=["2025-01", "2025-Q1", "2025"])
    customers: int = Field(examples=[512])
    by_customers: int = Field(description="brought by customers", examples=[128])
    by_affiliates: int = Field(description="brought by affiliates", examples=[40])


class Change(Model):
    """A difference of two shares at equal days of the week; what varies independently are weeks."""

    value: float | None = Field(examples=[0.075])
    interval: Interval
    p_value: float | None = Field(examples=[0.0001])
    p_value_independent: float | None = Field(
        description="Cochran, Mantel and Haenszel's, as if all customers were independent", examples=[0.0001]
    )
    weeks: list[int] = Field(description="before and after", examples=[[79, 79]])


class BeforeAfter(Model):
    """The referral share before a day and from it on."""

    date: str = Field(examples=["2024-07-01"])
    before: Share
    after: Share
    difference: Change
    verdict: Literal["significant", "not significant", "too little data"]
    reading: str


class ReferralShare(Share):
    """New customers brought by customers, of all new customers."""

    by_affiliates: Share
    by: Literal["month", "quarter", "year"] = Field(description="of the periods: `by`, else month")
    periods: list[Period]
    before_after: BeforeAfter | None = Field(description="with ?launch=")


class Cost(Model):
    """What some customers cost, and when they have earned it."""

    spend: Amount
    cac: Amount = Field(description="spend per customer")
    interval: Interval
    monthly_margin: Amount = Field(description="of a customer, over the months they have been one")
    monthly_margin_interval: Interval
    value_of: Literal["margin", "revenue"] = Field(description="what stands for margin")
    payback_months: float | None = Field(description="null: never, or not known", examples=[5.1])
    payback_interval: Interval


class ChannelCost(Cost):
    """What a channel's customers cost."""

    channel: str = Field(examples=["paid_search"])
    customers: int = Field(examples=[3100])
    paid: bool


class SideCost(Cost):
    """What referred, or paid, customers cost."""

    customers: int = Field(examples=[4872])
    rewards: float = Field(description="that were not taken back; they are in spend", examples=[70560.0])


class ReferralCost(Model):
    """Customers brought by customers, beside those who came through a paid channel."""

    paid_channels: list[str] = Field(examples=[["paid_search", "paid_social"]])
    referral: SideCost
    paid: SideCost
    reading: str


class RewardReturn(Ratio):
    """(what the customers brought have earned so far − rewards) / rewards."""

    gained: float = Field(examples=[380246.48])
    rewards: float = Field(examples=[70560.0])
    value_of: Literal["margin", "revenue"]


class EarnedGrowth(Model):
    """Twelve months beside the twelve before: what grew by staying, coming by oneself, being brought."""

    from_: str | None = Field(alias="from", examples=["2024-01-01"])
    middle: str | None = Field(examples=["2025-01-01"])
    to: str | None = Field(examples=["2026-01-01"])
    start: Amount = Field(description="revenue of the twelve months before")
    now: Amount = Field(description="revenue of the twelve months")
    nrr: Ratio
    grr: Ratio
    earned_new: Ratio
    bought_new: Ratio
    returned: Ratio
    growth: Ratio
    rate: Ratio = Field(description="nrr + earned_new − 1")
    ratio: Ratio = Field(description="rate / growth; null where there is no growth")
    paid_channels: list[str] = Field(examples=[["paid_search", "paid_social"]])
    reading: str


class ExtendedRevenue(Model):
    """Means of customers who brought somebody; and that conserved credit sums to all revenue."""

    referrers: int = Field(examples=[2276])
    own: Amount
    ecr_direct: Amount
    ecr_network: Amount
    conserved_credit: Amount
    revenue_total: Amount
    conserved_total: Amount = Field(description="over customers and affiliates; null before an analysis")


class RetentionCost(Model):
    """What it costs to keep a customer, of those of whom it is known."""

    customers: int = Field(examples=[20000])
    value: Amount = Field(description="mean of a customer")
    revenue: Amount = Field(description="mean of the same customers")
    share_of_revenue: float | None = Field(examples=[0.03])


class CustomerReferralValue(Model):
    """CRV so far (Kumar, Petersen and Leone)."""

    value: float = Field(examples=[491723.66])
    type1: float = Field(examples=[491723.66])
    type2: float = Field(examples=[0.0])
    per_referrer: Ratio
    margin: float = Field(examples=[380246.48])
    rewards: float = Field(examples=[70560.0])
    saved_each: float = Field(description="acquisition cost that a referral saves", examples=[37.36])
    customers: int = Field(description="brought", examples=[4872])
    referrers: int = Field(examples=[2276])
    type1_share: float = Field(
        description="declared: would not have come without the referral", examples=[1.0]
    )
    discount: float = Field(description="a year", examples=[0.0])
    value_of: Literal["margin", "revenue"]
    reading: str


class Rewards(Model):
    """Rewards given."""

    side: str | None = Field(examples=["referrer"])
    status: str | None = Field(examples=["paid"])
    rewards: int = Field(examples=[900])
    amount: Amount


class Brought(Model):
    """Of one who joins, and of one who was brought: how many they bring within the horizon."""

    not_referred: Likely
    referred: Likely


class Generation(Model):
    """Customers to come who are so many steps below today's."""

    generation: int = Field(examples=[1])
    customers: float = Field(examples=[633.2])
    interval: Interval


class HeldGeneration(Generation):
    """The same, and how many came."""

    actual: int = Field(examples=[486])


class CurvePoint(Model):
    """How many will have come by a day."""

    day: int = Field(description="days from the forecast's beginning", examples=[90])
    customers: float = Field(examples=[412.0])
    interval: Interval


class Backtest(Model):
    """A forecast made a horizon ago with what was known then, beside what came."""

    from_: str = Field(alias="from", examples=["2025-01-01"])
    to: str = Field(examples=["2026-01-01"])
    fit_from: str = Field(examples=["2024-07-01"])
    total: Likely
    actual: int = Field(examples=[917])
    inside: bool = Field(description="what came is inside the interval")
    generations: list[HeldGeneration]
    reading: str


class Forecast(Model):
    """Whom the customers of today will bring, generation by generation; who comes by themselves is not in it."""

    from_: str = Field(alias="from", examples=["2026-01-01"])
    to: str = Field(examples=["2027-01-01"])
    fit_from: str = Field(description="rates are those since then", examples=["2025-01-01"])
    horizon_days: int = Field(examples=[365])
    referrals: int = Field(description="that the rates rest on", examples=[2379])
    trees: int = Field(description="and of how many trees", examples=[620])
    k: Brought
    cycle_days: Likely = Field(description="by when half of them are brought")
    generations: list[Generation]
    total: Likely
    curve: list[CurvePoint]
    backtest: Backtest | None = Field(description="null: there are not two horizons of data")
    reading: str


class Given(Model):
    """Rewards that were not taken back."""

    count: int = Field(examples=[428])
    amount: float = Field(examples=[3210.0])


class GroupK(Ratio):
    """New customers that one customer brings."""

    invitations_per_customer: float | None = Field(examples=[0.68])
    multiplier: float | None = Field(examples=[1.69])


class Group(Model):
    """Every figure of one level."""

    level: str | None = Field(examples=["2025-Q1", "DE", "give-a-friend"])
    customers: int = Field(description="new ones; of a campaign those brought in it", examples=[512])
    referral_rate: Share
    conversion: Conversion
    k_factor: GroupK
    propensity: Propensity
    referral_share: Share
    cycle_time: CycleTime
    cost: Cost
    rewards: Given
    value: float = Field(description="what the customers brought have earned so far", examples=[26009.79])
    roi: Ratio
    too_little_data: list[str] = Field(description="figures that rest on fewer than 30", examples=[["roi"]])


class Breakdown(Model):
    """The figures by one thing."""

    by: Literal["month", "quarter", "year", "cohort", "country", "channel", "campaign"]
    groups: list[Group]
    left_out: int = Field(description="levels beyond the 100 largest", examples=[0])


class Programme(Model):
    """The referral programme's figures."""

    from_: str | None = Field(alias="from", description="the period's first day", examples=["2024-01-01"])
    to: str | None = Field(description="the first day after it", examples=["2025-01-01"])
    currency: Currency
    referral_rate: Share
    conversion: Conversion
    propensity: Propensity
    k_factor: KFactor
    cycle_time: CycleTime
    referral_share: ReferralShare
    acquisition_cost: list[ChannelCost]
    referral_cost: ReferralCost
    rewards: list[Rewards]
    reward_roi: RewardReturn
    reward_payback: Payback
    earned_growth: EarnedGrowth
    retention_cost: RetentionCost
    extended_revenue: ExtendedRevenue
    crv: CustomerReferralValue
    forecast: Forecast
    breakdowns: list[Breakdown]
