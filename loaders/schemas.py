"""The row schemas, as data: every canonical file's columns, what they hold and what they become in the graph.

Here, and nowhere else, a snake_case column meets its camelCase property.
"""

from __future__ import annotations

from refnet.graph import model
from refnet.graph.model import AFFILIATE, ALIAS, CUSTOMER, ORDER, Node, Reference
from refnet.loaders.rows import Column, Edge, Rule, Table


def _id(name: str) -> Column:
    return Column(name, "id", required=True)


MOST_AMOUNT = 1e12
"""A trillion, of any currency: above it an amount is a slip, and sums of many would not fit whole minor units."""


def _money(name: str, *, required: bool = False, least: float | None = 0.0, prop: str = "") -> Column:
    return Column(name, "money", required=required, least=least, most=MOST_AMOUNT, property=prop)


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
        _money("revenue", prop="revenueLoaded"),
        _money("margin", least=None, prop="marginLoaded"),
        _money("cltv", least=None, prop="cltvLoaded"),
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
ALIASES = Table(
    "aliases",
    (
        Column("alias", "id", required=True, property=ALIAS.key),
        Column("customer_id", "id", required=True, property="aliasOf"),
    ),
    node=ALIAS,
    id_column="alias",
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
        _money("refunded", prop="refundedLoaded"),
        _money("margin", least=None),
        # So many minutes after another one of the same amount and customer it is the same sale told again.
        Column("once_within", "number", least=0),
    ),
    node=ORDER,
    id_column="order_id",
    references=(_from("PLACED", CUSTOMER, "customerId"),),
    rules=(Rule("at most", "refunded", "amount", "more is refunded than the order's amount"),),
)
DUPLICATE_KEY = Column("duplicate_key", property=model.DUPLICATE_KEY)
"""What orders that may be one sale told twice have in common; no file has it, it is made of what their rows say."""
REFUNDS = Table(
    "refunds",
    (
        Column("refund_id", "id"),
        _id("order_id"),
        _money("amount"),
        # Of such a one the amount is not said, and is the order's, whatever that comes to be.
        Column("whole", "choice", choices=("yes",)),
        _CURRENCY,
        Column("refunded_at", "time", property="at"),
    ),
    node=model.REFUND,
    id_column="refund_id",
    identity=("order_id", "amount", "whole", "refunded_at"),
    references=(_to("REFUNDS", ORDER, "orderId"),),
    rules=(
        Rule(
            "one of",
            "amount",
            "whole",
            "a refund says how much it is by an amount, or by yes in whole, one of them",
        ),
    ),
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
        Column("status", "choice"),
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
        # One that takes back an earlier one is negative.
        _money("amount", required=True, least=None),
        Column("earned_at", "time", required=True),
        Column("customer_id", "id"),
        Column("order_id", "id"),
        _CURRENCY,
        Column("status", "choice"),
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
    edge=Edge(
        "LANDED_ON",
        model.LANDING_PAGE,
        "landingId",
        ("landing_page", "niche", "use_case"),
        # Who comes to one page comes for several uses: the page keeps its last, each landing its own.
        ("landed_at", "affiliate_id", "use_case"),
    ),
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
        Column("status", "choice"),
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
        Column("kind", "choice", required=True),
        Column("token", "secret", required=True, property="tokenId"),
    ),
    edge=Edge("SHARES", model.TOKEN, "sharesId", ("token", "kind"), ("kind",)),
    identity=("customer_id", "kind", "token"),
)

_ROWS = (
    CUSTOMERS, ALIASES, AFFILIATES, ORDERS, REFUNDS, REFERRALS, INVITATIONS, TICKETS, SURVEYS, USAGE, COMMISSIONS,
    LANDINGS, SPEND, REWARDS, VISITS, TOKENS,
)  # fmt: skip
REMOVALS = Table(
    "removals",
    (
        Column(
            "table",
            "choice",
            required=True,
            # What has no id of its own cannot be named.
            choices=tuple(table.name for table in _ROWS if table.id_column is not None),
        ),
        Column("id", "id", required=True, property="rowId"),
        Column("removed_at", "time"),
    ),
    node=model.REMOVAL,
    identity=("table", "id"),
)

# In the order of loading: first what is deleted, so that it is known what not to take; then what others refer to, so
# that little has to wait.
TABLES: dict[str, Table] = {table.name: table for table in (REMOVALS, *_ROWS)}
"""Every canonical table by its name, in the order in which a directory is loaded."""
