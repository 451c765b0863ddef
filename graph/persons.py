"""The Cypher that finds what is held about one person: what of it is generated from the model, as in `statements`.

Nodes keep the ids that they were loaded with, so that a person is found by the ids and not by relationships alone: also
what waits, and what has no relationship to them, is found. It looks at every node of a kind; it is asked rarely.
Who somebody is, cypher/persons/ asks.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from refnet.graph.model import CUSTOMER, WAITING, Node


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


def naming(node: Node, named: Sequence[Naming]) -> str:
    """Nodes of a kind that hold an id of the person: [key, held]."""
    tests = " OR ".join(each.test("n") for each in named)
    return (
        f"MATCH (n:{node.label})\nWHERE {tests}\n"
        f"RETURN n.{node.key} AS key, properties(n) AS held\nORDER BY key"
    )


def belonging(node: Node, name: str) -> str:
    """Nodes of a kind that hold one of $ids in a property, the ids of rows of the person: [key, held]."""
    return (
        f"MATCH (n:{node.label})\nWHERE n.{name} IN $ids\n"
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
