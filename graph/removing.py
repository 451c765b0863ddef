"""The Cypher that finds rows of one source and removes them: generated from the model, as in `statements`.

What is about one source takes `$source`. Whatever loses its last one goes, and leaves the graph as if it had never been
loaded: who names it waits. Rows of forgotten people have lost their ids, and are never found.
"""

from __future__ import annotations

from collections.abc import Sequence

from refnet.graph.model import (
    CUSTOMER,
    ERASED,
    KNOWN_AS,
    SOURCES,
    UNLINKED,
    WAITING,
    Node,
    Reference,
)
from refnet.graph.provenance import without_source
from refnet.graph.statements import Cell, become_waiting

_FORGOTTEN = f"STARTS WITH '{ERASED}'"


def rows_of(node: Node, shown: Sequence[str]) -> str:
    """Nodes of a kind that $source has: [key, holder (none), sources, and the properties shown]."""
    alone = f" AND NOT EXISTS {{ (n)-[:{KNOWN_AS}]->() }}" if node == CUSTOMER else ""
    return (
        f"MATCH (n:{node.label})\nWHERE $source IN n.{SOURCES} AND NOT n.{node.key} {_FORGOTTEN}{alone}\n"
        f"RETURN n.{node.key} AS key, null AS holder, n.{SOURCES} AS sources{_more('n', shown)}"
    )


def edges_of(type_: str, key: str, target: Node, shown: Sequence[str]) -> str:
    """Relationships of a kind that $source has: [key, customer, sources, target, and the properties shown]."""
    return (
        f"MATCH (c:{CUSTOMER.label})-[e:{type_}]->(t:{target.label})\n"
        f"WHERE $source IN e.{SOURCES} AND NOT e.{key} {_FORGOTTEN}\n"
        f"RETURN e.{key} AS key, c.{CUSTOMER.key} AS holder, e.{SOURCES} AS sources, "
        f"t.{target.key} AS target{_more('e', shown)}"
    )


def waiting_of(table: str, shown: Sequence[str]) -> str:
    """Rows of a table that wait to be relationships, likewise; nobody holds them."""
    return (
        f"MATCH (w:{WAITING.label} {{source: '{table}'}})\n"
        f"WHERE $source IN w.{SOURCES} AND NOT w.{WAITING.key} {_FORGOTTEN}\n"
        f"RETURN w.{WAITING.key} AS key, null AS holder, w.{SOURCES} AS sources, w.target AS target{_more('w', shown)}"
    )


def take(node: Node) -> str:
    """Rows [key, …]: $source no longer has them."""
    return (
        f"UNWIND $rows AS r\nMATCH (n:{node.label} {{{node.key}: r[0]}})\nWHERE $source IN n.{SOURCES}\n"
        f"SET n.{SOURCES} = {without_source(f'n.{SOURCES}')}"
    )


def take_whole(node: Node) -> str:
    """Rows [key, …]: no source has them, whichever had; nor has one those of versions that kept no sources."""
    return f"UNWIND $rows AS r\nMATCH (n:{node.label} {{{node.key}: r[0]}})\nSET n.{SOURCES} = []"


def there(node: Node) -> str:
    """Which of $ids are the keys of rows: of customers, of those whose row is in their node."""
    alone = f"\nWHERE NOT EXISTS {{ (n)-[:{KNOWN_AS}]->() }}" if node == CUSTOMER else ""
    return f"UNWIND $ids AS id\nMATCH (n:{node.label} {{{node.key}: id}}){alone}\nRETURN n.{node.key} AS id"


def let_wait(node: Node, reference: Reference, other: Node) -> str:
    """Rows [key, …]: nodes that hang on an `other` whom nobody has any more wait for it."""
    arrow = f"<-[:{reference.type}]-" if reference.outward else f"-[:{reference.type}]->"
    return f"{_nobodys(other)}\nMATCH (n){arrow}(o:{node.label})\nSET o.{UNLINKED} = true"


def let_wait_edges(source: str, type_: str, key: str, target: Node, cells: Sequence[Cell]) -> str:
    """Rows [key, …]: relationships of customers whom nobody has any more become rows that wait."""
    return (
        f"{_nobodys(CUSTOMER)}\nMATCH (n)-[e:{type_}]->(t:{target.label})\n"
        f"{become_waiting(source, key, target, cells)}"
    )


def remove(node: Node) -> str:
    """Rows [key, …]: those that nobody has any more go, with what hangs on them."""
    return f"{_nobodys(node)}\nDETACH DELETE n"


def take_edges(type_: str, key: str, target: Node, forget: Sequence[str]) -> list[str]:
    """Rows [key, customer]: $source no longer has these relationships; without any source they go.

    What such a row may have said about its target, the properties `forget`, goes if no other source speaks of it.
    """
    found = f"MATCH (n:{CUSTOMER.label} {{{CUSTOMER.key}: r[1]}})-[e:{type_}]->(t:{target.label})"
    return _taken(f"UNWIND $rows AS r\n{found}\nWHERE e.{key} = r[0]", "e", forget)


def take_waiting(target: Node, forget: Sequence[str]) -> list[str]:
    """Rows [key, …]: the same of rows that wait to be relationships."""
    found = f"MATCH (w:{WAITING.label} {{{WAITING.key}: r[0]}})\nMATCH (t:{target.label} {{{target.key}: w.target}})"
    return _taken(f"UNWIND $rows AS r\n{found}\nWHERE w.{WAITING.key} = r[0]", "w", forget)


def targets_of(table: str) -> str:
    """What rows of $source that wait are to lead to."""
    return (
        f"MATCH (w:{WAITING.label} {{source: '{table}'}})\nWHERE $source IN w.{SOURCES}\n"
        "RETURN DISTINCT w.target AS key"
    )


def bare_targets(type_: str, target: Node) -> str:
    """Targets that $source has told of, and to which none of its relationships leads."""
    return (
        f"MATCH (t:{target.label})\nWHERE $source IN t.{SOURCES} AND NOT EXISTS {{\n"
        f"  MATCH (t)<-[e:{type_}]-(:{CUSTOMER.label})\n  WHERE $source IN e.{SOURCES}\n}}\n"
        f"RETURN t.{target.key} AS key"
    )


def _nobodys(node: Node) -> str:
    return f"UNWIND $rows AS r\nMATCH (n:{node.label} {{{node.key}: r[0]}})\nWHERE size(n.{SOURCES}) = 0"


def _taken(found: str, name: str, forget: Sequence[str]) -> list[str]:
    took = f"{found} AND $source IN {name}.{SOURCES}\nSET {name}.{SOURCES} = {without_source(f'{name}.{SOURCES}')}"
    alone = f"CASE WHEN t.{SOURCES} <> [$source] THEN t."
    took += "".join(f", t.{prop} = {alone}{prop} END" for prop in forget)
    return [took, f"{found} AND size({name}.{SOURCES}) = 0\nDELETE {name}"]


def _more(name: str, shown: Sequence[str]) -> str:
    return "".join(f", {name}.{prop} AS {prop}" for prop in shown)
