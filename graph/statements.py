"""The Cypher that refnet generates: constraints, merges and links, from the model. Python has no other than this and
what moves links from customer to customer (`joining`).

In the Cypher that all engines have in common. Rows are sent as lists, `r[0]` being the key: less to pack and to send
than maps, and a fifth faster. Relationships are merged between bound nodes, from the side that has few of them: from
the other side a customer with many orders would have them all searched for every new one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from refnet.graph.model import (
    ALIAS,
    CUSTOMER,
    KNOWN_AS,
    NODES,
    ORDER,
    SOURCES,
    UNLINKED,
    WAITING,
    Node,
    Reference,
    quoted,
    sources_of,
)
from refnet.graph.provenance import united, with_source

# What follows for a customer from a row of their own; what follows from orders is in upkeep/customers.
_FIGURES = """\
SET n.orders = coalesce(n.orders, 0),
  n.revenue = CASE WHEN n.orders > 0 THEN n.revenue ELSE n.revenueLoaded END,
  n.margin = coalesce(n.orderMargin, n.marginLoaded),
  n.joinedAt = coalesce(n.joinedAtLoaded, n.firstOrderAt)
SET n.cltv = coalesce(n.cltvLoaded, n.cltvPredicted, n.revenue),
  n.cltvSource = CASE
    WHEN n.cltvLoaded IS NOT NULL THEN 'loaded'
    WHEN n.cltvPredicted IS NOT NULL THEN 'predicted'
    WHEN n.revenue IS NOT NULL THEN 'historic'
  END"""


AWAIT_INDEXES = "CALL db.awaitIndexes(600)"
"""On a Neo4j: wait until the indexes are there. One is filled after it is made, where there are nodes already."""


@dataclass(frozen=True)
class Cell:
    """One place of a row: the property it becomes.

    Attributes:
        property: its name.
        temporal: it is sent as text that is a time or a day.
        keeps: an empty one leaves what the node has; else it removes that.
    """

    property: str
    temporal: Literal["", "datetime", "date"] = ""
    keeps: bool = False

    def at(self, place: int) -> str:
        """The cell as it is read from the row, for the node n."""
        read = f"{self.temporal}(r[{place}])" if self.temporal else f"r[{place}]"
        return f"coalesce({read}, n.{quoted(self.property)})" if self.keeps else read


def unique(node: Node) -> str:
    """Uniqueness of the ids of one kind of node."""
    return (
        f"CREATE CONSTRAINT {node.label.lower()}_id IF NOT EXISTS "
        f"FOR (n:{node.label}) REQUIRE n.{node.key} IS UNIQUE"
    )


def schema(indexes: Sequence[tuple[str, str]]) -> list[str]:
    """Uniqueness of every id, then range indexes on the given (label, property)."""
    return [unique(node) for node in NODES] + [
        f"CREATE INDEX {label.lower()}_{name.lower()} IF NOT EXISTS FOR (n:{label}) ON (n.{name})"
        for label, name in indexes
    ]


def merge(node: Node, cells: Sequence[Cell], link: tuple[Reference, Node, int] | None, *, fresh: bool) -> str:
    """Rows [key, …] of $source become nodes; with `link`, also the relationship to the node whose id is at that place.

    Args:
        node: what the rows become.
        cells: what is at places 1, 2, …
        link: a reference, the kind of node it is to, and the place of its id.
        fresh: there were none of this kind, so that nobody can have waited.
    """
    sets = [f"{quoted(cell.property)}: {cell.at(place)}" for place, cell in enumerate(cells, start=1)]
    if node == ORDER:
        # Where there are refunds of it, too, it is worked out of both: cypher/refunds/.
        sets += [
            f"refunded: {c.at(p)}" for p, c in enumerate(cells, start=1) if c.property == "refundedLoaded"
        ]
    if not fresh:
        sets.append(f"{UNLINKED}: null")
    whose = sources_of(node)
    sets.append(f"{whose}: {with_source(f'n.{whose}')}")
    text = f"UNWIND $rows AS r\nMERGE (n:{node.label} {{{node.key}: r[0]}})\nSET n += {{{', '.join(sets)}}}"
    if node == CUSTOMER:
        text += f"\n{_FIGURES}"
    if link is not None:
        reference, other, place = link
        text += f"\nWITH n, r\nMATCH (o:{other.label} {{{other.key}: r[{place}]}})\nMERGE {_pattern(reference, 'o')}"
    return text


def link(node: Node, reference: Reference, other: Node) -> str:
    """Rows [key, id of the other]: the relationship, where both are there."""
    return (
        f"UNWIND $rows AS r\nMATCH (n:{node.label} {{{node.key}: r[0]}})\n"
        f"MATCH (o:{other.label} {{{other.key}: r[1]}})\nMERGE {_pattern(reference, 'o')}"
    )


def unlink_moved(node: Node, reference: Reference) -> str:
    """Rows [key, id of the other, kind]: delete the relationship of nodes that named another; whose it was."""
    moved = f"n.{reference.property} <> coalesce(r[1], '')"
    if reference.kind is not None:
        moved += f" OR n.{reference.kind} <> coalesce(r[2], '')"
    return (
        f"UNWIND $rows AS r\nMATCH (n:{node.label} {{{node.key}: r[0]}})\nWHERE {moved}\n"
        f"MATCH {_pattern(reference, 'o' + _end(reference), 'p')}\n"
        f"WITH p, o.{CUSTOMER.key} AS was\nDELETE p\nRETURN was"
    )


def mark_waiting(node: Node, other: Node) -> str:
    """Rows [key, id of the other]: mark those whose other is not there."""
    return (
        f"UNWIND $rows AS r\nOPTIONAL MATCH (o:{other.label} {{{other.key}: r[1]}})\nWITH r, o\nWHERE o IS NULL\n"
        f"MATCH (n:{node.label} {{{node.key}: r[0]}})\nSET n.{UNLINKED} = true"
    )


def linkable(node: Node, reference: Reference, other: Node, kind: str, *, alias: bool = False) -> str:
    """Some of the waiting nodes whose other has come, with `alias` by another id: [key, id of the other]."""
    chosen = f" AND n.{reference.kind} = '{kind}'" if reference.kind is not None else ""
    found = f"(o:{other.label} {{{other.key}: n.{reference.property}}})"
    if alias:
        found = f"(:{ALIAS.label} {{{ALIAS.key}: n.{reference.property}}})<-[:{KNOWN_AS}]-(o:{other.label})"
    return (
        f"MATCH (n:{node.label} {{{UNLINKED}: true}})\n"
        f"MATCH {found}\n"
        f"WHERE NOT EXISTS {{ {_pattern(reference, 'o')} }}{chosen}\n"
        f"RETURN n.{node.key} AS key, o.{other.key} AS other\nLIMIT $limit"
    )


def waited_for(node: Node, reference: Reference) -> str:
    """Some of the ids that nodes wait for."""
    return (
        f"MATCH (n:{node.label} {{{UNLINKED}: true}})\n"
        f"WHERE n.{reference.property} IS NOT NULL AND NOT EXISTS {{ {_pattern(reference, _end(reference))} }}\n"
        f"RETURN n.{reference.property} AS id\nLIMIT $limit"
    )


def one_of(node: Node) -> str:
    """One of the ids given that a node of the kind has."""
    return f"UNWIND $ids AS id\nMATCH (n:{node.label} {{{node.key}: id}})\nRETURN id\nLIMIT 1"


def unmark(node: Node, references: Sequence[Reference]) -> str:
    """Take the mark from nodes that have all they asked for."""
    have = [
        f"(n.{reference.property} IS NULL OR EXISTS {{ {_pattern(reference, _end(reference))} }})"
        for reference in references
    ]
    return f"MATCH (n:{node.label} {{{UNLINKED}: true}})\nWHERE {' AND '.join(have)}\nREMOVE n.{UNLINKED}"


def count_waiting(node: Node) -> str:
    """How many nodes of a kind wait."""
    return f"MATCH (n:{node.label} {{{UNLINKED}: true}})\nRETURN count(n) AS waiting"


def any_of(label: str) -> str:
    """Whether there is one at all."""
    return f"MATCH (n:{label})\nRETURN n.{UNLINKED} AS one\nLIMIT 1"


def merge_targets(target: Node, cells: Sequence[Cell]) -> str:
    """Rows [key, …] of $source become the nodes at the end of relationships; what a row leaves empty stays."""
    sets = [
        f"n.{cell.property} = coalesce({cell.at(place)}, n.{cell.property})"
        for place, cell in enumerate(cells, start=1)
    ]
    sets.append(f"n.{SOURCES} = {with_source(f'n.{SOURCES}')}")
    return f"UNWIND $rows AS r\nMERGE (n:{target.label} {{{target.key}: r[0]}})\nSET {', '.join(sets)}"


def merge_edges(type_: str, key: str, target: Node, cells: Sequence[Cell]) -> str:
    """Rows [key, customer, target's key, …] of $source become relationships, where the customer is there.

    The first of `cells` is the customer's id as it was loaded: the relationship may be of another id's customer.
    """
    sets = ", ".join(f"{cell.property}: {cell.at(place)}" for place, cell in enumerate(cells, start=3))
    return (
        f"UNWIND $rows AS r\nMATCH (c:{CUSTOMER.label} {{{CUSTOMER.key}: r[1]}})\n"
        f"MATCH (t:{target.label} {{{target.key}: r[2]}})\n"
        f"MERGE (c)-[e:{type_} {{{key}: r[0]}}]->(t)\n"
        f"SET e += {{{sets}, {SOURCES}: {with_source(f'e.{SOURCES}')}}}"
    )


def wait_edges(source: str, cells: Sequence[Cell]) -> str:
    """Rows [key, customer, target's key, …] of $source whose customer is not there are kept until they are."""
    sets = "".join(f", {cell.property}: {cell.at(place)}" for place, cell in enumerate(cells, start=3))
    return (
        f"UNWIND $rows AS r\nOPTIONAL MATCH (c:{CUSTOMER.label} {{{CUSTOMER.key}: r[1]}})\n"
        f"WITH r, c\nWHERE c IS NULL\nMERGE (w:{WAITING.label} {{{WAITING.key}: r[0]}})\n"
        f"SET w += {{source: '{source}', target: r[2]{sets}, {SOURCES}: {with_source(f'w.{SOURCES}')}}}"
    )


def come_edges(
    source: str, type_: str, key: str, target: Node, cells: Sequence[Cell], *, alias: bool = False
) -> str:
    """Some of the waiting rows whose customer has come, with `alias` by another id, become relationships; how many."""
    sets = ", ".join(f"{cell.property}: w.{cell.property}" for cell in cells)
    found = f"(c:{CUSTOMER.label} {{{CUSTOMER.key}: w.customerId}})"
    if alias:
        found = f"(:{ALIAS.label} {{{ALIAS.key}: w.customerId}})<-[:{KNOWN_AS}]-(c:{CUSTOMER.label})"
    return (
        f"MATCH (w:{WAITING.label} {{source: '{source}'}})\n"
        f"MATCH {found}\nWITH w, c\nLIMIT $limit\n"
        f"MATCH (t:{target.label} {{{target.key}: w.target}})\n"
        f"MERGE (c)-[e:{type_} {{{key}: w.waitingId}}]->(t)\n"
        f"SET e += {{{sets}, {SOURCES}: {united(f'e.{SOURCES}', f'w.{SOURCES}')}}}\nDELETE w\nRETURN count(*) AS came"
    )


def become_waiting(source: str, key: str, target: Node, cells: Sequence[Cell]) -> str:
    """A clause: a relationship e to a target t is kept as a row that waits; it stays itself."""
    sets = "".join(f", {cell.property}: e.{cell.property}" for cell in cells)
    return (
        f"MERGE (w:{WAITING.label} {{{WAITING.key}: e.{key}}})\n"
        f"SET w += {{source: '{source}', target: t.{target.key}{sets}, {SOURCES}: "
        f"{united(f'w.{SOURCES}', f'e.{SOURCES}')}}}"
    )


def count_waiting_edges(source: str) -> str:
    """How many rows of a table wait for their customers."""
    return f"MATCH (w:{WAITING.label} {{source: '{source}'}})\nRETURN count(w) AS waiting"


def _end(reference: Reference) -> str:
    return f":{reference.others[0][1].label}" if len(reference.others) == 1 else ""


def _pattern(reference: Reference, end: str, name: str = "") -> str:
    if reference.outward:
        return f"(n)-[{name}:{reference.type}]->({end})"
    return f"(n)<-[{name}:{reference.type}]-({end})"
