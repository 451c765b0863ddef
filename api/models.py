"""The API's objects: what each field means, with an example. What is not known is null."""

from __future__ import annotations

from typing import Annotated, Any, Generic, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field

from refnet.core.settings import Hops

T = TypeVar("T")

Time = Annotated[
    str, Field(json_schema_extra={"format": "date-time"}, examples=["2026-10-01T06:00:00+00:00"])
]
Amount = Annotated[float | None, Field(examples=[90.18])]
Interval = Annotated[
    list[float] | None,
    Field(description="95 %, from and to", min_length=2, max_length=2, examples=[[0.19, 0.22]]),
]
Currency = Annotated[str, Field(description="of every amount here: ISO 4217", examples=["EUR"])]


class Model(BaseModel):
    """A part of an answer."""

    model_config = ConfigDict(json_schema_serialization_defaults_required=True)


class Versioned(Model):
    """What carries scores: from which analysis. Null before the first."""

    scored_at: Time | None = Field(description="when the analysis had finished")
    score_version: int | None = Field(description="its number", examples=[1])
    changes_since: int | None = Field(
        description="loads, and decisions on credit or CLTV, since: above 0 the scores are behind",
        examples=[0],
    )
    hops: Hops | None = Field(description="that influence counts", examples=[6])
    decay: float | None = Field(
        description="what each further hop is multiplied by in influence", examples=[0.5]
    )


class Items(Model, Generic[T]):
    """A list."""

    items: list[T]


class Page(Versioned, Items[T], Generic[T]):
    """A part of a list."""

    currency: Currency
    next_cursor: str | None = Field(
        description="for the next part; null: this was the last", examples=["WzEsImluZmx1…"]
    )


class FoundCustomer(Model):
    """A customer among those found."""

    customer_id: str = Field(examples=["c-0004154"])
    name: str | None = Field(examples=["Ben Dubois"])
    country: str | None = Field(examples=["DE"])
    plan: str | None = Field(examples=["basic"])
    revenue: Amount
    cltv: Amount
    influence: float | None = Field(examples=[6411.14])
    quadrant: str | None = Field(
        description="champions, affluents, hidden_advocates or misers", examples=["hidden_advocates"]
    )


class FoundCustomers(Versioned, Items[FoundCustomer]):
    """Customers found, those whose id begins with the words first."""

    currency: Currency
    truncated: bool = Field(description="there are more")


class Customer(Versioned, FoundCustomer):
    """One customer."""

    joined_at: Time | None
    channel: str | None = Field(description="that brought them", examples=["referral"])
    currency: Currency


class Generation(Model):
    """The people at one depth below a customer."""

    depth: int = Field(examples=[1])
    customers: int = Field(description="people, each where they are nearest", examples=[18])
    value: float = Field(description="their revenue, weighted by credit along the paths", examples=[2811.4])


class Scores(Versioned):
    """What one customer is worth by what they brought."""

    customer_id: str = Field(examples=["c-0004154"])
    currency: Currency
    own_revenue: Amount
    ecr_direct: float | None = Field(
        description="own revenue and that of those they brought", examples=[2901.58]
    )
    ecr_network: float | None = Field(description="own revenue and everyone's below", examples=[11917.29])
    influence: float | None = Field(
        description="revenue below, each further hop counting less", examples=[6411.14]
    )
    conserved_credit: float | None = Field(
        description="their share of all revenue; everyone's add up to all revenue", examples=[5120.07]
    )
    downline: int | None = Field(description="distinct people below", examples=[50])
    longest_chain: int | None = Field(description="hops to the furthest of them", examples=[4])
    percentile: float | None = Field(description="of influence, over all customers", examples=[99.99])
    band: str | None = Field(description="high, medium or low", examples=["high"])


class Influence(Scores):
    """The object that `refnet show ID --json` prints."""

    generations: list[Generation]
    hops: Hops = Field(description="that influence counts", examples=[6])
    decay: float = Field(description="what each further hop is multiplied by", examples=[0.5])


class ListedScores(Scores):
    """A customer's scores in a list."""

    name: str | None = Field(examples=["Ben Dubois"])
    cltv: Amount
    quadrant: str | None = Field(examples=["hidden_advocates"])
    score_changed_at: Time | None = Field(
        description="when the analysis that last changed them had finished: see updated_since"
    )


class Batch(BaseModel):
    """Whose scores are asked for."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"customer_ids": ["c-0004154", "c-0000001"]}]}
    )

    customer_ids: list[Annotated[str, Field(min_length=1, max_length=500)]] = Field(
        min_length=1, max_length=1000
    )


class BatchScores(Versioned, Items[ListedScores | None]):
    """Scores in the order of the ids; null where there is no such customer."""

    currency: Currency
    missing: list[str] = Field(description="ids that are no customer's", examples=[[]])


class TreeNode(Model):
    """A customer in a tree."""

    customer_id: str = Field(examples=["c-0004154"])
    name: str | None = Field(examples=["Ben Dubois"])
    depth: int = Field(description="hops below the root, which has 0", examples=[1])
    referrers: list[str] = Field(
        description="who brought them, of those in this tree: its edges", examples=[["c-0000001"]]
    )
    revenue: Amount
    influence: float | None = Field(examples=[310.5])
    downline: int | None = Field(
        description="people below, also those that are not in this tree", examples=[12]
    )
    children: int = Field(description="how many they brought, in this tree or not", examples=[3])


class Tree(Versioned):
    """A customer and those below, generation by generation."""

    root: str = Field(description="whose tree it is: the first node", examples=["c-0004154"])
    currency: Currency
    nodes: list[TreeNode]
    depth: int = Field(description="hops that were looked at", examples=[3])
    truncated: bool = Field(
        description="there are more within these hops than the limit; the nearest are here"
    )


class Ancestor(Model):
    """Somebody above a customer."""

    steps: int = Field(examples=[1])
    id: str = Field(examples=["c-0000001"])
    kind: Literal["customer", "affiliate"]
    name: str | None = Field(examples=["Ada Hughes"])
    revenue: Amount


class Ancestors(Items[Ancestor]):
    """Who brought a customer, and who brought those, the nearest first."""

    currency: Currency
    truncated: bool


class Advocate(Model):
    """A customer who buys little and brings much."""

    customer_id: str = Field(examples=["c-0004154"])
    name: str | None = Field(examples=["Ben Dubois"])
    cltv: Amount
    own_revenue: Amount
    influence: float | None = Field(examples=[6411.14])
    ecr_network: float | None = Field(examples=[11917.29])
    downline: int | None = Field(examples=[50])
    longest_chain: int | None = Field(examples=[4])
    percentile: float | None = Field(examples=[99.99])


class Advocates(Versioned, Items[Advocate]):
    """Hidden advocates, by influence."""

    currency: Currency
    truncated: bool


class Answered(Model):
    """Rows of a named query; columns have the names that they have in the query's file."""

    name: str = Field(examples=["programme/referral-rate"])
    columns: list[str] = Field(examples=[["customers", "inviters"]])
    rows: list[list[Any]] = Field(examples=[[[20000, 4400]]])
    truncated: bool


class NamedQuery(Model):
    """A query that can be asked by its name."""

    name: str = Field(examples=["tree/downline"])
    title: str = Field(examples=["Everyone below one customer, to a number of hops"])
    notes: list[str]
    parameters: dict[str, Any] = Field(
        description="an example for each", examples=[{"rootId": "c-0000001", "hops": 6, "limit": 1000}]
    )
    columns: list[str]
    cypher: str = Field(description="the file, as it runs in Neo4j Browser")
