"""Questions apart from how they are asked: one body serves the blocking connection and the asynchronous one.

A body yields each `Question` and is sent its `Answer`; what it returns is the result:

    def name_of(customer_id: str) -> Asking[str]:
        found = yield Question("customers/one", {"customerId": customer_id})
        return found.one()["name"]

    ask(graph, name_of("c-0000001"))                # refnet.graph.Graph
    await reader.ask(name_of("c-0000001"))          # refnet.graph.asynchronous.Reader
"""

from __future__ import annotations

from collections.abc import Generator, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias, TypeVar

from refnet.graph.connection import Answer, Graph

T = TypeVar("T")


@dataclass(frozen=True)
class Question:
    """A query of cypher/ by its name, and its parameters."""

    name: str
    parameters: Mapping[str, Any] = field(default_factory=dict)


Asking: TypeAlias = Generator[Question, Answer, T]


def ask(graph: Graph, asking: Asking[T]) -> T:
    """Run a body on a blocking connection, and give what it returns."""
    try:
        question = next(asking)
        while True:
            question = asking.send(graph.query(question.name, **question.parameters))
    except StopIteration as end:
        result: T = end.value
        return result
