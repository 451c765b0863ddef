"""The API's objects for segments, affiliates, integrity and loads."""

from __future__ import annotations

from pydantic import Field

from refnet.api.models import Amount, Currency, Interval, Items, Model, Time, Versioned


class Churn(Model):
    """Customers lost for each month that one was a customer."""

    value: float | None = Field(examples=[0.031])
    interval: Interval
    churned: int = Field(examples=[12])
    months_at_risk: int = Field(examples=[387])


class Affiliate(Model):
    """An affiliate's scorecard."""

    affiliate_id: str = Field(examples=["a-001"])
    name: str | None = Field(examples=["Health blog"])
    niche: str | None = Field(examples=["health"])
    customers: int = Field(examples=[120])
    sales: Amount = Field(description="what their customers spent, less refunds")
    commission: Amount
    net: Amount = Field(description="sales less commission")
    roas: float | None = Field(description="sales for each unit of commission", examples=[5.2])
    mean_cltv: Amount
    network_sales: Amount
    monthly_churn: Churn
    reading: str = Field(examples=["no clear difference"])


class Affiliates(Items[Affiliate]):
    """Affiliates, best net first."""

    currency: Currency
    others: Churn = Field(description="of customers whom no affiliate brought")


class OneAffiliate(Affiliate):
    """One affiliate's scorecard."""

    currency: Currency


class Segment(Model):
    """A level of an attribute, against the other customers."""

    id: str = Field(description="attribute:level, to be URL-encoded", examples=["diet:vegan"])
    rule: dict[str, str | bool] = Field(examples=[{"diet": "vegan"}])
    customers: int = Field(examples=[1276])
    share_of_customers: float | None = Field(examples=[0.064])
    mean_cltv: Amount
    mean_cltv_rest: Amount
    cltv_difference: float | None = Field(examples=[-118.63])
    cltv_interval: Interval
    referral_value_per_customer: Amount
    referral_value_per_customer_rest: Amount
    referral_difference: float | None = Field(examples=[98.22])
    interval: Interval
    share_of_value: float | None = Field(examples=[0.161])
    p_value: float | None = Field(examples=[0.00001])
    q_value: float | None = Field(description="false-discovery rate", examples=[0.0004])
    reported: bool = Field(description="stands out from chance: low CLTV and high referral value")
    hidden_value: float | None = Field(
        description="per customer, above what is expected at their CLTV", examples=[80.1]
    )
    reading: str


class Relation(Model):
    """CLTV against the number of referrals: Spearman's rank correlation."""

    rho: float | None = Field(examples=[0.01])
    p_value: float | None = Field(examples=[0.4])
    interval: Interval
    customers: int = Field(examples=[20000])
    reading: str


class Segments(Versioned, Items[Segment]):
    """All segments that were looked at, the best evidence first."""

    currency: Currency
    relation: Relation | None
    skipped_attributes: dict[str, str] = Field(
        description="why an attribute makes no segments", examples=[{"age": "numbers"}]
    )


class OneSegment(Versioned, Segment):
    """One segment."""

    currency: Currency


class Ring(Model):
    """Customers who claim to have brought one another."""

    claim_id: str = Field(examples=["k-09"])
    ring: list[str] = Field(examples=[["c-1", "c-2", "c-3"]])
    size: int = Field(examples=[3])


class Sharing(Model):
    """Customers who share a device, an account or an address."""

    kind: str = Field(examples=["device"])
    customers: list[str] = Field(examples=[["c-1", "c-2"]])
    size: int = Field(examples=[2])


class Integrity(Model):
    """What speaks against some claims."""

    uncredited: dict[str, int] = Field(
        description="claims without credit, by reason", examples=[{"self_referral": 10}]
    )
    rings: list[Ring]
    shared: list[Sharing]


class Load(Model):
    """One table's load."""

    started_at: Time
    finished_at: Time | None = Field(description="null: broken off, or still loading")
    table: str | None = Field(examples=["customers"])
    source: str | None = Field(examples=["customers.csv"])
    rows_read: int | None = Field(examples=[20000])
    rows_loaded: int | None = Field(examples=[19998])
    rows_rejected: int | None = Field(examples=[2])


class Loads(Items[Load]):
    """What was loaded, the latest first."""

    truncated: bool
