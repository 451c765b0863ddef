"""The API's objects for affiliates: scorecards, verdicts, and another commission replayed."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from refnet.api.models import Amount, Currency, Interval, Items, Model, Time


class Estimate(Model):
    """A figure with its interval; the interval is null where there is too little data."""

    value: float | None = Field(examples=[5.06])
    interval: Interval


class Churn(Model):
    """Customers lost for each month that one was a customer."""

    value: float | None = Field(examples=[0.031])
    interval: Interval
    churned: int = Field(examples=[12])
    months_at_risk: float = Field(
        description="customer-months of 365.25 / 12 days: from joining to leaving or the end of the data",
        examples=[387.4],
    )


class ChurnRatio(Estimate):
    """Churn over that of the organic of the same months."""

    p_value: float | None = Field(examples=[0.0003])
    q_value: float | None = Field(description="false-discovery rate over the scorecards", examples=[0.004])


class Point(Estimate):
    """The share still there after so many months (Kaplan–Meier)."""

    month: int = Field(examples=[12])
    at_risk: int = Field(description="customers who are watched for so long", examples=[61])


class Each(Model):
    """Means per customer."""

    sales: Estimate
    refunds: Estimate
    value: Estimate = Field(description="margin so far; sales where no margin is known")
    cltv: Estimate
    customers_below: Estimate = Field(description="whom they brought in turn, through all generations")
    sales_below: Estimate = Field(description="what those spent")


class EachBrought(Each):
    """Means per customer whom an affiliate brought."""

    commission: Estimate = Field(description="and what affiliates above got for them")
    contribution: Estimate = Field(description="value less commission")


class Organic(Each):
    """Customers whom nobody brought, weighted to the months in which the affiliate's customers joined."""

    customers: int = Field(description="who joined in these months", examples=[13922])
    matched: float | None = Field(
        description="of the affiliate's customers, who have any beside them", examples=[1.0]
    )
    monthly_churn: Estimate


class Turn(Model):
    """The commission at which the verdict would be another one; all in proportion to what it is."""

    factor: float | None = Field(description="of what it is; null: nothing was paid", examples=[0.93])
    per_customer: float = Field(examples=[8.04])
    share_of_sales: float | None = Field(description="before refunds", examples=[0.076])
    rate: float | None = Field(description="of the rate agreed", examples=[0.083])
    fixed: float | None = Field(description="of the fixed amount agreed", examples=[None])


class Deciding(Estimate):
    """The figure that a verdict is by."""

    name: Literal["return", "value"] = Field(
        description="value for each unit of commission; value: nothing was paid"
    )


class Verdict(Model):
    """What to do."""

    verdict: Literal["keep", "renegotiate", "stop", "too little data"]
    why: str = Field(
        examples=["they bring more than they cost, and not clearly less than 3.0 times what they cost."]
    )
    figure: Deciding
    asked: float = Field(description="what the return is held against", examples=[3.0])
    turns_to: Literal["keep", "renegotiate"] | None
    turns_at: Turn | None = Field(description="null: at no commission")


class Brought(Model):
    """People, and what they spent."""

    customers: float = Field(description="by credit", examples=[43.0])
    sales: float = Field(examples=[8166.84])


class Below(Model):
    """An affiliate and all below, each customer and commission once."""

    affiliates: int = Field(description="below", examples=[2])
    customers: int = Field(examples=[137])
    sales: float = Field(examples=[35211.5])
    commission: float = Field(examples=[1810.2])
    net: float = Field(examples=[33401.3])


class AsCustomer(Model):
    """An affiliate who is a customer: the credit is that customer's."""

    customer_id: str = Field(examples=["c-0004154"])
    customers: int = Field(description="credited to that customer", examples=[9])
    sales: float = Field(examples=[1791.6])


class Scorecard(Model):
    """What was brought, what it cost, and whether those stay."""

    level: str | None = Field(description="the affiliate, programme, niche or month", examples=["a-001"])
    customers: int = Field(examples=[120])
    gross_sales: float = Field(description="before refunds", examples=[26731.4])
    refunds: float = Field(examples=[402.1])
    sales: float = Field(description="what their customers spent, less refunds", examples=[26329.3])
    commission: float = Field(description="that was not taken back", examples=[1862.39])
    commission_paid: float = Field(description="of it", examples=[1702.1])
    commission_open: float = Field(description="of it: not paid yet, or not said", examples=[160.29])
    commission_override: float = Field(description="of it: on customers of affiliates below", examples=[0.0])
    commission_taken_back: float = Field(description="voided, refunded …", examples=[21.3])
    kept_on_refunds: float = Field(description="commission on what customers were given back", examples=[8.2])
    overrides_above: float = Field(
        description="what affiliates above got for these customers", examples=[0.0]
    )
    net: float = Field(description="sales less commission", examples=[24466.91])
    visits: int | None = Field(examples=[2381])
    clicks: int | None = Field(examples=[914])
    epc: Estimate = Field(description="commission / clicks")
    sales_per_click: Estimate = Field(description="sales / clicks, which some call EPC")
    roas: float | None = Field(description="sales for each unit of commission", examples=[13.97])
    roas_interval: Interval
    return_on_commission: Estimate = Field(description="value (margin where known) / commission")
    roi: Estimate = Field(description="(value − commission) / commission")
    payback_months: Estimate = Field(description="commission / value a month, per customer")
    refund_rate: Estimate = Field(description="refunds / gross sales")
    mean_cltv: Amount
    network_sales: Amount = Field(description="sales, and what everybody below their customers spent")
    second_generation: Brought = Field(description="whom their customers brought, through all generations")
    per_customer: EachBrought
    monthly_churn: Churn
    churn_ratio: ChurnRatio
    organic: Organic
    reading: str = Field(examples=["no clear difference"])
    survival: list[Point] | None = Field(description="null without lifelines, or with too little data")
    age_months: float | None = Field(description="since half of them had joined", examples=[14.2])
    commission_rate: float | None = Field(description="as agreed", examples=[0.1])
    commission_fixed: float | None = Field(description="as agreed", examples=[None])
    verdict: Verdict


class Affiliate(Scorecard):
    """A scorecard; of a programme, niche or month without what only an affiliate has."""

    affiliate_id: str | None = Field(None, examples=["a-001"])
    name: str | None = Field(None, examples=["Health blog"])
    niche: str | None = Field(None, examples=["health"])
    programme: str | None = Field(None, examples=["partners"])
    parent_id: str | None = Field(None, description="the affiliate above", examples=[None])
    below: Below | None = Field(None, description="null: nobody is below")
    as_customer: AsCustomer | None = None


class _Declared(Model):
    target: float = Field(description="what each unit of commission has to bring", examples=[3.0])
    young_months: float = Field(
        description="no verdict where half of the customers joined later", examples=[6.0]
    )


class _Common(Model):
    currency: Currency
    others: Churn = Field(description="of organic customers, whom nobody brought")
    until: Time | None = Field(description="when the data end")
    churn_by: str = Field(description="how it is known who has left", examples=["churned_at"])
    value_of: Literal["margin", "revenue"]
    declared: _Declared
    missing: list[str] = Field(description="what could not be made, and the next step", examples=[[]])


class Affiliates(_Common, Items[Affiliate]):
    """Scorecards, best net first; months in their order."""

    by: Literal["affiliate", "programme", "niche", "month"]
    all: Scorecard = Field(description="everybody brought: each customer and each commission once")
    organic_survival: list[Point] | None


class OneAffiliate(_Common, Affiliate):
    """One affiliate's scorecard."""

    organic_survival: list[Point] | None


class Tier(BaseModel):
    """What holds from so many customers, or so much in gross sales, on."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True, strict=True)

    at: float = Field(alias="from", ge=0, le=1e12, examples=[50])
    rate: float | None = Field(None, ge=0, le=1, examples=[0.12])
    fixed: float | None = Field(None, ge=0, le=1e12)


class Structure(BaseModel):
    """A commission structure; what is left out is not paid, or not limited."""

    model_config = ConfigDict(
        extra="forbid",
        strict=True,  # true is no rate
        json_schema_extra={"examples": [{"rate": 0.1, "months": 12, "hold_days": 30}]},
    )

    name: str = Field("what if", min_length=1, max_length=200)
    rate: Annotated[float, Field(ge=0, le=1)] | Literal["own"] | None = Field(
        None, description="of an order; own: each affiliate's", examples=[0.1]
    )
    fixed: Annotated[float, Field(ge=0, le=1e12)] | Literal["own"] | None = Field(
        None, description="for a new customer", examples=[None]
    )
    months: float | None = Field(None, ge=0, le=1200, description="of the rate, from joining", examples=[12])
    tiers: list[Tier] | None = Field(
        None, max_length=100, description="in any order; of two from the same on the later counts"
    )
    tiers_by: Literal["customers", "sales"] = "customers"
    cap: float | None = Field(None, ge=0, le=1e12)
    cap_per: Literal["order", "customer", "month"] = "customer"
    hold_days: float = Field(0, ge=0, le=36525, description="in which a refund claws back")
    refund_after_days: float = Field(14, ge=0, le=36525, description="when refunds come: declared")
    claw_back: Literal["part", "whole"] = "part"
    override: float = Field(0, ge=0, le=1, description="of what affiliates directly below earn")
    target: float = Field(3, ge=1, le=1000)
    young_months: float = Field(6, ge=0, le=600)

    def plain(self) -> dict[str, Any]:
        """As a file has it: what pays nothing says so, tiers are in order."""
        given = self.model_dump(by_alias=True, exclude={"target", "young_months", "tiers"}, exclude_none=True)
        by_start = {one.at: one for one in self.tiers or () if one.rate is not None or one.fixed is not None}
        tiers = [by_start[at].model_dump(by_alias=True, exclude_none=True) for at in sorted(by_start)]
        return {"rate": 0.0, **given, **({"tiers": tiers} if tiers else {})}


class Replayed(Model):
    """What would have been paid, beside what was."""

    customers: int = Field(examples=[120])
    orders: int = Field(examples=[640])
    paid: float = Field(description="commission that was not taken back", examples=[1295.53])
    what_if: float = Field(description="earned − clawed_back − capped + override", examples=[1410.2])
    difference: float = Field(examples=[114.67])
    earned: float = Field(examples=[1431.0])
    clawed_back: float = Field(examples=[20.8])
    capped: float = Field(examples=[0.0])
    held: float = Field(description="of what_if, on orders that are still held", examples=[61.0])
    override: float = Field(examples=[0.0])
    contribution: Estimate = Field(description="per customer: value less this commission")
    verdict: Literal["keep", "renegotiate", "stop", "too little data"] = Field(
        description="at this commission"
    )


class ReplayedAffiliate(Replayed):
    """What one affiliate would have got."""

    affiliate_id: str = Field(examples=["a-001"])
    name: str | None = Field(examples=["Health blog"])


class WhatIf(Items[ReplayedAffiliate]):
    """Another commission, replayed on the orders as they were; the largest difference first."""

    name: str = Field(examples=["what if"])
    currency: Currency
    all: Replayed
    without_orders: int = Field(description="customers for whom nothing is paid", examples=[0])
