"""What is in the graph: labels, their ids, how nodes hang together, and the names that are taken.

The rows that become nodes are described in loaders/schemas.py, with these. Properties are camelCase, and every
node keeps the ids of the nodes it belongs to (`Order.customerId`): it can wait for them when they come later.
"""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True)
class Node:
    """A kind of node and the property that tells one from another; unique."""

    label: str
    key: str


@dataclass(frozen=True)
class Reference:
    """A relationship that a node owes to an id it carries.

    Attributes:
        type: of the relationship.
        property: where the node keeps the other's id.
        others: what the id may be of: one kind of node, or one for each value of the property `kind`.
        outward: the relationship goes from the node to the other; else from the other to the node.
        kind: the property that chooses among `others`, if there is a choice.
    """

    type: str
    property: str
    others: tuple[tuple[str, Node], ...]
    outward: bool = False
    kind: str | None = None


CUSTOMER = Node("Customer", "customerId")
# Another id of a customer, or any id of one who has several: what was loaded under it is kept here.
ALIAS = Node("Alias", "aliasId")
AFFILIATE = Node("Affiliate", "affiliateId")
CLAIM = Node("Claim", "claimId")
INVITATION = Node("Invitation", "invitationId")
ORDER = Node("Order", "orderId")
REFUND = Node("Refund", "refundId")
TICKET = Node("Ticket", "ticketId")
SURVEY = Node("Survey", "surveyId")
USAGE = Node("Usage", "usageId")
COMMISSION = Node("Commission", "commissionId")
LANDING_PAGE = Node("LandingPage", "landingPage")
SPEND = Node("Spend", "spendId")
REWARD = Node("Reward", "rewardId")
VISITS = Node("Visits", "visitsId")
TOKEN = Node("Token", "tokenId")

LOAD_RUN = Node("LoadRun", "runId")
ATTRIBUTE = Node("Attribute", "name")
ANALYSIS = Node("Analysis", "version")
SEGMENT = Node("Segment", "segmentId")
# A row that becomes a relationship has no node of its own to wait in: it waits in one of these.
WAITING = Node("Waiting", "waitingId")
# That somebody was forgotten, without saying who; and by what rows of theirs are known when they come again.
ERASURE = Node("Erasure", "erasureId")
TOMBSTONE = Node("Tombstone", "tombstoneId")
# That a row of some table is deleted: none with its id is taken, from whatever source.
REMOVAL = Node("Removal", "removalId")
# Whose turn it is to load, for as long as somebody does.
TURN = Node("Turn", "turnId")

NODES = (
    CUSTOMER, ALIAS, AFFILIATE, CLAIM, INVITATION, ORDER, REFUND, TICKET, SURVEY, USAGE, COMMISSION, LANDING_PAGE,
    SPEND, REWARD, VISITS, TOKEN, LOAD_RUN, ATTRIBUTE, ANALYSIS, SEGMENT, WAITING,
    ERASURE, TOMBSTONE, REMOVAL, TURN,
)  # fmt: skip

KNOWN_AS = "KNOWN_AS"
"""From a customer who has several ids to the :Alias of each, their own included."""

UNLINKED = "unlinked"
"""True on a node that waits for one it belongs to; absent otherwise."""

DUPLICATE_KEY, DUPLICATE = "duplicateKey", "duplicate"
"""On an order that may be told twice: its amount and customer; and true if it is told again."""

DUE = "due"
"""True on a :Removal until the row that it names is looked for in the graph; absent otherwise."""

SCORES = (
    "influence", "ecrDirect", "ecrNetwork", "conservedCredit", "downline", "longestChain", "percentile",
    "band", "quadrant", "scoreVersion", "scoredAt", "scoreChangedAt", "generations", "scoreHops", "scoreDecay",
    "scoresBefore", "scoredBefore", "bandBefore", "quadrantBefore",
    "quadrantHistory",
)  # fmt: skip
"""Properties of :Customer that an analysis writes."""

HEALTH = ("healthScore", "healthGrade", "healthVersion", "healthAt")
"""Properties of :Customer that `refnet health --write` writes."""

DERIVED = (
    "joinedAt", "revenue", "margin", "cltv", "cltvSource", "orders", "firstOrderAt", "lastOrderAt",
    "orderMargin", "revenueLoaded", "marginLoaded", "joinedAtLoaded", "cltvLoaded", "cltvPredicted", "cltvPredictedAt",
    "cltvPredictedTo", "health", "churnProbability", "churnVersion", "churnAt",
)  # fmt: skip
"""Properties of :Customer that refnet works out from what was loaded, and what they are worked out from."""

SOURCES, ALIAS_SOURCES = "sources", "aliasSources"
"""The names of the sources whose exports have a row, by the alphabet, on what the row has become. An :Alias may be of a
row of customers and of one of aliases: the latter's are apart."""

CANONICAL = "canonical"
"""The name of the source that canonical files, tables and frames are of."""

ALIASES = ("aliasId", "aliasOf", "hasRow", "rowChanged", ALIAS_SOURCES)
"""Properties of :Alias besides those of a customer's row: its id, what the aliases file says it is another id of,
whether customers have a row of it, whether that row came after the person was last put together, and whose aliases say
so."""

ERASED = "erased:"
"""What the ids that stand for a forgotten person, and for what was theirs, begin with."""

TIE = "tie"
"""On a claim of a moment of which a forgotten person had one: its place among the claims of that moment. On an order of
theirs that is told twice for one moment: its place by the id that it had."""

RESERVED = (
    frozenset(SCORES) | frozenset(HEALTH) | frozenset(DERIVED) | frozenset(ALIASES) | {UNLINKED, SOURCES}
)
"""What no further column of a customers file may be called."""


def sources_of(node: Node) -> str:
    """The property of a kind of node that has the sources of its rows."""
    return ALIAS_SOURCES if node == ALIAS else SOURCES


def camel(column: str) -> str:
    """The property for a column: `age_band`, `Age band`, `age-band` are ageBand; '' if it has no letter."""
    words = [word for word in re.split(r"[\W_]+", column.strip()) if word]
    if not words or not any(c.isalpha() for c in column):
        return ""
    first, *rest = words
    name = first[0].lower() + first[1:] if not first.isupper() else first.lower()
    # cltv_ is not cltv: somebody told the two apart.
    trailing = "_" if column.strip().endswith("_") else ""
    return name + "".join(word[0].upper() + word[1:] for word in rest) + trailing


def quoted(name: str) -> str:
    """A property's name as it stands in Cypher: in backticks where it is no plain identifier."""
    return name if re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", name) else f"`{name.replace('`', '')}`"
