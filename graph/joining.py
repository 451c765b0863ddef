"""What of joining ids to one customer, and releasing them, is generated from the model, as in `statements`.

What is the same in every graph is in cypher/identity/. All of it takes `$rows`. Links are found from the customer who
holds them, and tell by the id that they were loaded with whether they are meant.
"""

from __future__ import annotations

from collections.abc import Sequence

from refnet.graph.model import (
    ALIAS,
    CUSTOMER,
    SOURCES,
    UNLINKED,
    Node,
    Reference,
    quoted,
)
from refnet.graph.provenance import united, with_source
from refnet.graph.statements import Cell, become_waiting

_C = f"c:{CUSTOMER.label}"
_A = f"a:{ALIAS.label}"


def merge_row(cells: Sequence[Cell]) -> str:
    """Rows [id, …] of $source, of customers who have several ids: kept under that id."""
    sets = "".join(
        f"{quoted(cell.property)}: {cell.at(place)}, " for place, cell in enumerate(cells, start=1)
    )
    return (
        f"UNWIND $rows AS r\nMERGE (n:{ALIAS.label} {{{ALIAS.key}: r[0]}})\n"
        f"SET n += {{{sets}hasRow: true, rowChanged: true, {SOURCES}: {with_source(f'n.{SOURCES}')}}}"
    )


def keep(names: Sequence[str]) -> str:
    """Rows [id]: keep what was loaded of a customer, their properties `names`, under the id."""
    sets = ", ".join(f"{quoted(name)}: c.{quoted(name)}" for name in names)
    return (
        f"UNWIND $rows AS r\nMATCH ({_C} {{{CUSTOMER.key}: r[0]}})\nMERGE ({_A} {{{ALIAS.key}: r[0]}})\n"
        f"SET a += {{{sets}, hasRow: true, {SOURCES}: {united(f'a.{SOURCES}', f'c.{SOURCES}')}}}"
    )


def move(node: Node, reference: Reference) -> str:
    """Rows [id, holder, new holder]: give over the links that were loaded with the id."""
    return (
        f"{_held(node, reference)}\nMATCH (o:{CUSTOMER.label} {{{CUSTOMER.key}: r[2]}})\n"
        f"DELETE x\nMERGE {_link(reference, 'o')}"
    )


def leave(node: Node, reference: Reference) -> str:
    """Rows [id, holder]: take the links that were loaded with the id, and let the nodes wait."""
    return f"{_held(node, reference)}\nDELETE x\nSET n.{UNLINKED} = true"


def move_edges(type_: str, key: str, target: Node, cells: Sequence[Cell]) -> str:
    """Rows [id, holder, new holder]: give over the relationships that were loaded with the id."""
    sets = ", ".join(f"{cell.property}: e.{cell.property}" for cell in cells)
    return (
        f"{_held_edges(type_, target)}\nMATCH (o:{CUSTOMER.label} {{{CUSTOMER.key}: r[2]}})\n"
        f"MERGE (o)-[f:{type_} {{{key}: e.{key}}}]->(t)\n"
        f"SET f += {{{sets}, {SOURCES}: {united(f'f.{SOURCES}', f'e.{SOURCES}')}}}\nDELETE e"
    )


def leave_edges(source: str, type_: str, key: str, target: Node, cells: Sequence[Cell]) -> str:
    """Rows [id, holder]: turn the relationships that were loaded with the id to rows that wait."""
    return f"{_held_edges(type_, target)}\n{become_waiting(source, key, target, cells)}\nDELETE e"


def fill(names: Sequence[str]) -> str:
    """Rows [id, customer, place]: a customer's loaded properties are those of their ids, of each the first there is.

    Whose rows they are is all of them together: identity/unite-sources, afterwards.
    """
    first = "".join(f",\n  head(collect(a.{quoted(name)})) AS v{n}" for n, name in enumerate(names))
    sets = ", ".join(f"{quoted(name)}: v{n}" for n, name in enumerate(names))
    return (
        f"UNWIND $rows AS r\nMATCH ({_C} {{{CUSTOMER.key}: r[1]}})\nMATCH ({_A} {{{ALIAS.key}: r[0]}})\n"
        f"WITH c, a, r[2] AS place\nORDER BY place\nWITH\n  c{first}\nSET c += {{{sets}, {SOURCES}: null}}"
    )


def _held(node: Node, reference: Reference) -> str:
    arrow = f"-[x:{reference.type}]->" if not reference.outward else f"<-[x:{reference.type}]-"
    chosen = ""
    if reference.kind is not None:
        kind = next(kind for kind, other in reference.others if other == CUSTOMER)
        chosen = f" AND n.{reference.kind} = '{kind}'"
    return (
        f"UNWIND $rows AS r\nMATCH ({_C} {{{CUSTOMER.key}: r[1]}}){arrow}(n:{node.label})\n"
        f"WHERE n.{reference.property} = r[0]{chosen}"
    )


def _held_edges(type_: str, target: Node) -> str:
    return (
        f"UNWIND $rows AS r\nMATCH ({_C} {{{CUSTOMER.key}: r[1]}})-[e:{type_}]->(t:{target.label})\n"
        "WHERE e.customerId = r[0]"
    )


def _link(reference: Reference, end: str) -> str:
    return f"(n)-[:{reference.type}]->({end})" if reference.outward else f"(n)<-[:{reference.type}]-({end})"
