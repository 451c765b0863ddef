"""The row schemas, as data: every canonical file's columns, what they may hold and what they become in the graph.

Here, and nowhere else, a snake_case column meets its camelCase property.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from refnet.graph import model
from refnet.graph.model import AFFILIATE, CUSTOMER, ORDER, Node, Reference, camel

Type = Literal[
    "id", "text", "choice", "time", "day", "month", "money", "number", "count", "flag", "currency", "secret"
]


@dataclass(frozen=True)
class Column:
    """One column of a file.

    Attributes:
        name: as it stands in the header.
        type: what its cells are.
        required: the header must have it and no cell may be empty.
        property: what it is called in the graph; unset: the name in camelCase.
        choices: what a cell of type choice may say.
        least, most: bounds of a number, both allowed.
        default: what an empty cell, or a file without the column, stands for.
        hint: added to the reason when a cell is refused.
    """

    name: str
    type: Type = "text"
    required: bool = False
    property: str = ""
    choices: tuple[str, ...] = ()
    least: float | None = None
    most: float | None = None
    default: str | None = None
    hint: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "property", self.property or camel(self.name))


@dataclass(frozen=True)
class Rule:
    """Something that holds between two columns of a row; `column` is the one that a refusal names."""

    kind: Literal["at most", "one of", "within if"]
    column: str
    other: str
    reason: str
    value: str = ""
    most: float = 0.0


@dataclass(frozen=True)
class Edge:
    """A row that becomes a relationship from its customer to a node.

    Attributes:
        type: of the relationship.
        target: the node at its end; merged from the row.
        key: the relationship's own id property: one such relationship between the two.
        on_target: columns that are properties of the node; all further ones are the relationship's.
    """

    type: str
    target: Node
    key: str
    on_target: tuple[str, ...]


@dataclass(frozen=True)
class Table:
    """One canonical file.

    Attributes:
        name: of the file, without its ending, and of a table among DataFrames.
        columns: in the order in which a template lists them.
        node: what a row becomes; None where it becomes a relationship (`edge`).
        references: the relationships that a row owes to the ids it names.
        identity: where a row has no id column, the columns whose hash is its id; with `id_column`, where that is empty.
        id_column: the column that is the id, or may be.
        attributes: further columns are kept.
        rules: what holds between columns.
    """

    name: str
    columns: tuple[Column, ...]
    node: Node | None = None
    edge: Edge | None = None
    references: tuple[Reference, ...] = ()
    identity: tuple[str, ...] = ()
    id_column: str | None = None
    attributes: bool = False
    rules: tuple[Rule, ...] = ()
    by_name: dict[str, Column] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "by_name", {column.name: column for column in self.columns})

    @property
    def key(self) -> str:
        """The property that tells one row from another."""
        if self.node is not None:
            return self.node.key
        assert self.edge is not None
        return self.edge.key

    @property
    def required(self) -> tuple[str, ...]:
        """Columns that the header must have."""
        return tuple(column.name for column in self.columns if column.required)


def _id(name: str, **more: object) -> Column:
    return Column(name, "id", required=True, **more)  # type: ignore[arg-type]


def _money(name: str, *, required: bool = False, least: float | None = 0.0, **more: str) -> Column:
    return Column(name, "money", required=required, least=least, **more)


def _from(kind: str, node: Node, prop: str) -> Reference:
    return Reference(kind, prop, (("", node),))


def _to(kind: str, node: Node, prop: str) -> Reference:
    return Reference(kind, prop, (("", node),), outward=True)


_KINDS = (("customer", CUSTOMER), ("affiliate", AFFILIATE))
_REFERRER_KIND = Column("referrer_kind", "choice", choices=("customer", "affiliate"), default="customer")
_CURRENCY = Column("currency", "currency")

CUSTOMERS = Table(
    "customers",
    (
        _id("customer_id"),
        Column("joined_at", "time", property="joinedAtLoaded"),
        Column("email"),
        Column("name"),
        Column("country"),
        Column("plan"),
        Column("channel"),
        Column("crm_role"),
        _CURRENCY,
        _money("revenue", property="revenueLoaded"),
        _money("margin", least=None, property="marginLoaded"),
        _money("cltv", least=None, property="cltvLoaded"),
        _money("retention_cost"),
        _money("acquisition_cost"),
        Column("referral_count", "count", least=0),
        Column("health_label"),
        Column("churned_at", "time"),
        Column("consent", "flag"),
    ),
    node=CUSTOMER,
    id_column="customer_id",
    attributes=True,
)
AFFILIATES = Table(
    "affiliates",
    (
        _id("affiliate_id"),
        Column("name"),
        Column("email"),
        Column("customer_id", "id"),
        Column("parent_affiliate_id", "id"),
        Column("niche"),
        Column("programme"),
        Column("commission_rate", "number", least=0, most=1, hint="Write 0.2 for 20 %."),
        _money("commission_fixed"),
        Column("joined_at", "time"),
    ),
    node=AFFILIATE,
    id_column="affiliate_id",
    references=(
        _from("ACTS_AS", CUSTOMER, "customerId"),
        _to("CHILD_OF", AFFILIATE, "parentAffiliateId"),
    ),
)
ORDERS = Table(
    "orders",
    (
        _id("order_id"),
        _id("customer_id"),
        Column("placed_at", "time", required=True),
        _money("amount", required=True),
        _CURRENCY,
        Column("kind", "choice", choices=("new", "renewal", "upsell", "cross_sell")),
        _money("refunded"),
        _money("margin", least=None),
    ),
    node=ORDER,
    id_column="order_id",
    references=(_from("PLACED", CUSTOMER, "customerId"),),
    rules=(Rule("at most", "refunded", "amount", "more is refunded than the order's amount"),),
)
REFERRALS = Table(
    "referrals",
    (
        _id("referrer_id"),
        _id("referee_id"),
        Column("referred_at", "time", property="at"),
        _REFERRER_KIND,
        Column("campaign"),
        Column("code"),
        Column("claim_id", "id"),
    ),
    node=model.CLAIM,
    id_column="claim_id",
    identity=("referrer_kind", "referrer_id", "referee_id", "referred_at", "campaign", "code"),
    references=(
        Reference("MADE", "referrerId", _KINDS, kind="referrerKind"),
        _to("NAMES", CUSTOMER, "refereeId"),
    ),
)
INVITATIONS = Table(
    "invitations",
    (
        _id("invitation_id"),
        _id("referrer_id"),
        Column("sent_at", "time", required=True),
        _REFERRER_KIND,
        Column("status"),
        Column("referee_id", "id"),
        Column("channel"),
        Column("campaign"),
        Column("reason"),
    ),
    node=model.INVITATION,
    id_column="invitation_id",
    references=(
        Reference("SENT", "referrerId", _KINDS, kind="referrerKind"),
        _to("BECAME", CUSTOMER, "refereeId"),
    ),
)
TICKETS = Table(
    "tickets",
    (
        _id("ticket_id"),
        _id("customer_id"),
        Column("opened_at", "time", required=True),
        Column("closed_at", "time"),
        Column("severity"),
    ),
    node=model.TICKET,
    id_column="ticket_id",
    references=(_from("RAISED", CUSTOMER, "customerId"),),
)
SURVEYS = Table(
    "surveys",
    (
        _id("survey_id"),
        _id("customer_id"),
        Column("kind", "choice", required=True, choices=("nps", "csat")),
        Column("score", "number", required=True, least=0),
        Column("answered_at", "time", required=True, property="at"),
    ),
    node=model.SURVEY,
    id_column="survey_id",
    references=(_from("ANSWERED", CUSTOMER, "customerId"),),
    rules=(
        Rule("within if", "score", "kind", "an NPS score is from 0 to 10", value="nps", most=10),
        Rule("within if", "score", "kind", "a CSAT score is from 0 to 100", value="csat", most=100),
    ),
)
USAGE = Table(
    "usage",
    (
        _id("customer_id"),
        Column("month", "month", required=True),
        Column("active_days", "number", least=0, most=31),
        Column("events", "number", least=0),
        Column("feature"),
    ),
    node=model.USAGE,
    identity=("customer_id", "month", "feature"),
    references=(_from("USED", CUSTOMER, "customerId"),),
)
COMMISSIONS = Table(
    "commissions",
    (
        _id("commission_id"),
        _id("affiliate_id"),
        _money("amount", required=True),
        Column("earned_at", "time", required=True),
        Column("customer_id", "id"),
        Column("order_id", "id"),
        _CURRENCY,
        Column("status"),
    ),
    node=model.COMMISSION,
    id_column="commission_id",
    references=(_from("EARNED", AFFILIATE, "affiliateId"), _to("FOR", ORDER, "orderId")),
)
LANDINGS = Table(
    "landings",
    (
        _id("customer_id"),
        _id("landing_page"),
        Column("landed_at", "time"),
        Column("niche"),
        Column("use_case"),
        Column("affiliate_id", "id"),
    ),
    edge=Edge("LANDED_ON", model.LANDING_PAGE, "landingId", ("landing_page", "niche", "use_case")),
    identity=("customer_id", "landing_page", "landed_at"),
)
SPEND = Table(
    "spend",
    (
        Column("channel", "id", required=True),
        Column("month", "month", required=True),
        _money("amount", required=True),
        _CURRENCY,
    ),
    node=model.SPEND,
    identity=("channel", "month"),
)
REWARDS = Table(
    "rewards",
    (
        _id("reward_id"),
        _money("amount", required=True),
        Column("granted_at", "time", required=True),
        Column("customer_id", "id"),
        Column("affiliate_id", "id"),
        Column("side", "choice", choices=("referrer", "referee")),
        Column("claim_id", "id"),
        _CURRENCY,
        Column("status"),
    ),
    node=model.REWARD,
    id_column="reward_id",
    references=(_from("GOT", CUSTOMER, "customerId"), _from("GOT", AFFILIATE, "affiliateId")),
    rules=(
        Rule(
            "one of",
            "customer_id",
            "affiliate_id",
            "a reward needs a customer_id or an affiliate_id, one of them",
        ),
    ),
)
VISITS = Table(
    "visits",
    (
        Column("day", "day", required=True),
        Column("visits", "count", required=True, least=0),
        Column("landing_page"),
        Column("affiliate_id", "id"),
        Column("channel"),
        Column("clicks", "count", least=0),
    ),
    node=model.VISITS,
    identity=("day", "landing_page", "affiliate_id", "channel"),
)
TOKENS = Table(
    "tokens",
    (
        _id("customer_id"),
        Column("kind", "id", required=True),
        Column("token", "secret", required=True, property="tokenId"),
    ),
    edge=Edge("SHARES", model.TOKEN, "sharesId", ("token", "kind")),
    identity=("customer_id", "kind", "token"),
)

TABLES: dict[str, Table] = {
    table.name: table
    # In the order of loading: what others refer to first, so that little has to wait.
    for table in (
        CUSTOMERS, AFFILIATES, ORDERS, REFERRALS, INVITATIONS, TICKETS, SURVEYS, USAGE, COMMISSIONS, LANDINGS, SPEND,
        REWARDS, VISITS, TOKENS,
    )
}  # fmt: skip
"""Every canonical table by its name, in the order in which a directory is loaded."""
