"""A whole graph, told so that two of them can be held beside each other: every node and relationship, nothing twice.

Left out is what differs from load to load of the same: the runs (:LoadRun), and when an analysis was made.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from refnet.graph import Graph
from refnet.graph.model import NODES

KEYS = {node.label: node.key for node in NODES}

Held = Mapping[str, Any]


class Edge(NamedTuple):
    """A relationship, its ends by label and properties."""

    start: str
    start_held: Held
    type: str
    held: Held
    end: str
    end_held: Held


def nodes(graph: Graph) -> list[tuple[str, Held]]:
    """Every node but the runs: its labels and properties."""
    found = graph.read("MATCH (n) WHERE NOT n:LoadRun RETURN labels(n) AS labels, properties(n) AS held")
    return [(":".join(sorted(labels)), held) for labels, held in found.values]


def edges(graph: Graph) -> list[Edge]:
    """Every relationship."""
    found = graph.read(
        "MATCH (a)-[r]->(b) RETURN labels(a) AS la, properties(a) AS a, type(r) AS type, properties(r) AS held, "
        "labels(b) AS lb, properties(b) AS b"
    )
    return [
        Edge(":".join(sorted(la)), a, kind, held, ":".join(sorted(lb)), b)
        for la, a, kind, held, lb, b in found.values
    ]


def picture(graph: Graph) -> tuple[list[str], list[str]]:
    """Nodes and relationships in lines: two graphs are alike when their pictures are."""
    return (
        sorted(f"{name(labels, held)} {shown(labels, held)}" for labels, held in nodes(graph)),
        sorted(
            f"{name(e.start, e.start_held)} -{e.type}-> {name(e.end, e.end_held)} {shown('', e.held)}"
            for e in edges(graph)
        ),
    )


def difference(one: tuple[list[str], list[str]], other: tuple[list[str], list[str]]) -> str:
    """What only one of two pictures has, for a person; '' if they are alike."""
    lines = []
    for ours, theirs in zip(one, other, strict=True):
        left, right = list(ours), list(theirs)
        for line in ours:
            if line in right:
                right.remove(line)
                left.remove(line)
        lines += [f"- {line}" for line in left] + [f"+ {line}" for line in right]
    return "\n".join(lines)


def name(labels: str, held: Held) -> str:
    """A node by its label and key; of several labels by the first that has one."""
    key = next((KEYS[label] for label in labels.split(":") if label in KEYS), "")
    return f"{labels} {held.get(key)!r}"


def shown(labels: str, held: Held) -> str:
    """The properties beside the key, in the order of their names; numbers with their type (1 is not 1.0)."""
    key = next((KEYS[label] for label in labels.split(":") if label in KEYS), "")
    return " ".join(f"{n}={_value(value)}" for n, value in sorted(held.items()) if n != key)


def _value(value: Any) -> str:
    return value.iso_format() if hasattr(value, "iso_format") else repr(value)
