"""The Cypher that finds what is held about one person: generated from the model, as in `statements`.

Nodes keep the ids that they were loaded with, so that a person is found by the ids and not by relationships alone: also
what waits, and what has no relationship to them, is found. It looks at every node of a kind; it is asked rarely.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from refnet.graph.model import AFFILIATE, ALIAS, CUSTOMER, KNOWN_AS, WAITING, Node


@dataclass(frozen=True)
class Naming:
    """A property that holds the id of a person.

    Attributes:
        property: its name.
        node: what the id is of, CUSTOMER or AFFILIATE.
        kind: (property, value) that the node has where the id is of `node`; None: it always is.
    """

    property: str
    node: Node
    kind: tuple[str, str] | None = None

    def test(self, name: str) -> str:
        """The condition that `name` holds one of $customers or $affiliates there."""
        ids = "$customers" if self.node == CUSTOMER else "$affiliates"
        test = f"{name}.{self.property} IN {ids}"
        return test if self.kind is None else f"({name}.{self.kind[0]} = '{self.kind[1]}' AND {test})"


# The customer, and the affiliates who are the same person, of an id; each of one column `id`.
BY_ID = (
    f"MATCH (c:{CUSTOMER.label} {{{CUSTOMER.key}: $id}})\nRETURN c.{CUSTOMER.key} AS id",
    f"MATCH (:{ALIAS.label} {{{ALIAS.key}: $id}})<-[:{KNOWN_AS}]-(c:{CUSTOMER.label})\n"
    f"RETURN c.{CUSTOMER.key} AS id",
    f"MATCH (:{AFFILIATE.label} {{{AFFILIATE.key}: $id}})<-[:ACTS_AS]-(c:{CUSTOMER.label})\n"
    f"RETURN c.{CUSTOMER.key} AS id",
)
AFFILIATE_BY_ID = (
    f"MATCH (a:{AFFILIATE.label} {{{AFFILIATE.key}: $id}})\nRETURN a.{AFFILIATE.key} AS id, a.email AS email"
)

# Whoever has one of $emails, in small letters: [id, email].
CUSTOMERS_BY_EMAIL = (
    f"MATCH (c:{CUSTOMER.label})\nWHERE toLower(trim(c.email)) IN $emails\n"
    f"RETURN c.{CUSTOMER.key} AS id, toLower(trim(c.email)) AS email",
    f"MATCH (a:{ALIAS.label})<-[:{KNOWN_AS}]-(c:{CUSTOMER.label})\nWHERE toLower(trim(a.email)) IN $emails\n"
    f"RETURN c.{CUSTOMER.key} AS id, toLower(trim(a.email)) AS email",
)
AFFILIATES_BY_EMAIL = (
    f"MATCH (a:{AFFILIATE.label})\nWHERE toLower(trim(a.email)) IN $emails\n"
    f"OPTIONAL MATCH (c:{CUSTOMER.label})-[:ACTS_AS]->(a)\n"
    f"RETURN a.{AFFILIATE.key} AS id, toLower(trim(a.email)) AS email, c.{CUSTOMER.key} AS customer"
)

CUSTOMER_HELD = f"MATCH (c:{CUSTOMER.label} {{{CUSTOMER.key}: $id}})\nRETURN properties(c) AS held"
IDS_HELD = (
    f"MATCH (c:{CUSTOMER.label} {{{CUSTOMER.key}: $id}})-[k:{KNOWN_AS}]->(a:{ALIAS.label})\n"
    f"RETURN a.{ALIAS.key} AS id, k.reason AS reason, properties(a) AS held\nORDER BY k.place"
)


def naming(node: Node, named: Sequence[Naming]) -> str:
    """Nodes of a kind that hold an id of the person: [key, held]."""
    tests = " OR ".join(each.test("n") for each in named)
    return (
        f"MATCH (n:{node.label})\nWHERE {tests}\n"
        f"RETURN n.{node.key} AS key, properties(n) AS held\nORDER BY key"
    )


def edges_of(type_: str, key: str, target: Node) -> str:
    """The customer's relationships of a kind: [key, held, target, of]."""
    return (
        f"MATCH (c:{CUSTOMER.label} {{{CUSTOMER.key}: $id}})-[e:{type_}]->(t:{target.label})\n"
        f"RETURN e.{key} AS key, properties(e) AS held, properties(t) AS target, c.{CUSTOMER.key} AS of\nORDER BY key"
    )


def edges_naming(type_: str, key: str, target: Node, named: Naming) -> str:
    """Others' relationships of a kind that hold an id of the person: [key, held, target, of]."""
    return (
        f"MATCH (t:{target.label})<-[e:{type_}]-(c:{CUSTOMER.label})\nWHERE {named.test('e')}\n"
        f"RETURN e.{key} AS key, properties(e) AS held, properties(t) AS target, c.{CUSTOMER.key} AS of\nORDER BY key"
    )


def waiting_naming(named: Sequence[Naming]) -> str:
    """Rows of $source that wait and hold an id of the person: [key, held]."""
    tests = " OR ".join(each.test("n") for each in named)
    return (
        f"MATCH (n:{WAITING.label} {{source: $source}})\nWHERE {tests}\n"
        f"RETURN n.{WAITING.key} AS key, properties(n) AS held\nORDER BY key"
    )
