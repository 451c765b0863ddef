"""The API's objects for segments, integrity and loads."""

from __future__ import annotations

from pydantic import Field

from refnet.api.models import Amount, Currency, Interval, Items, Model, Time, Versioned


class SegmentQuery(Model):
    """The query that gives a segment's customers, in Neo4j Browser or by `refnet query`."""

    name: str = Field(description="a file of cypher/", examples=["segments/members"])
    parameters: dict[str, dict[str, str | list[float | str | None]]] = Field(
        examples=[{"levels": {"diet": "vegan"}, "ranges": {}, "dates": {}}]
    )
    browser: str = Field(
        description="sets them in Neo4j Browser, before the file is run there",
        examples=[":params {levels: {diet: 'vegan'}, ranges: {}, dates: {}, limit: 100}"],
    )


class Segment(Model):
    """A level of an attribute, or of two, against the other customers."""

    id: str = Field(
        description="attribute:level, of a pair with & between, to be URL-encoded", examples=["diet:vegan"]
    )
    rule: dict[str, str | bool] = Field(
        description="of a range of numbers or dates its name", examples=[{"diet": "vegan"}]
    )
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
    hidden_interval: Interval
    explained_by: str | None = Field(
        description="an attribute within whose levels the difference is not there", examples=["joinedAt"]
    )
    explained_measure: str | None = Field(
        description="which difference it explains", examples=["referral value"]
    )
    left: float | None = Field(
        description="what part of that difference is left within its levels", examples=[0.12]
    )
    reading: str
    query: SegmentQuery


class Stratum(Model):
    """The relation of CLTV and referrals within one level of an attribute."""

    attribute: str = Field(examples=["country"])
    level: str = Field(examples=["DE"])
    customers: int = Field(examples=[4800])
    rho: float | None = Field(examples=[0.02])
    p_value: float | None = Field(examples=[0.3])


class LookedAt(Model):
    """How much was looked at: the false-discovery rate is shared by all that was tested."""

    attributes: int = Field(examples=[14])
    segments: int = Field(description="levels, and pairs of them that have customers", examples=[2100])
    tested: int = Field(description="of them, those with customers enough", examples=[1900])


class Relation(Model):
    """CLTV against the number of referrals: Spearman's rank correlation."""

    rho: float | None = Field(examples=[0.01])
    p_value: float | None = Field(examples=[0.4])
    interval: Interval
    customers: int = Field(examples=[20000])
    strata: list[Stratum]
    explained_by: str | None = Field(examples=["joinedAt"])
    reading: str


class Segments(Versioned, Items[Segment]):
    """All levels that were looked at, and the pairs that stand out, the best evidence first."""

    currency: Currency
    value_unit: str = Field(
        description="of referral values: the currency; `customers` where only how many each has brought is known",
        examples=["EUR"],
    )
    looked_at: LookedAt | None
    relation: Relation | None
    skipped_attributes: dict[str, str] = Field(
        description="why an attribute makes no segments", examples=[{"age": "numbers"}]
    )


class OneSegment(Versioned, Segment):
    """One segment."""

    currency: Currency
    value_unit: str = Field(examples=["EUR"])


class KeptSegment(Model):
    """A segment that is kept."""

    segment_id: str = Field(examples=["diet:vegan"])
    rule: dict[str, str | bool] = Field(examples=[{"diet": "vegan"}])
    kept_at: Time
    query: str = Field(examples=["segments/members"])
    browser: str = Field(examples=[":params {levels: {diet: 'vegan'}, ranges: {}, dates: {}, limit: 100}"])


class Measured(Model):
    """A kept segment's figures at one analysis."""

    at: Time
    version: int = Field(examples=[3])
    customers: int = Field(examples=[1276])
    mean_cltv: Amount
    mean_cltv_rest: Amount
    referral_value_per_customer: Amount
    referral_value_per_customer_rest: Amount
    share_of_value: float | None = Field(examples=[0.161])
    hidden_value: float | None = Field(examples=[80.1])
    hidden_low: float | None = Field(description="of its 95 % interval", examples=[61.2])
    hidden_high: float | None = Field(examples=[99.0])
    p_value: float | None = Field(
        description="lower CLTV and higher referral value than the rest's, of this segment alone",
        examples=[0.00001],
    )


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
