"""What a row schema is made of: columns, rules between them, and what a row becomes in the graph."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from refnet.graph.model import Node, Reference, camel

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
        choices: what a cell of type choice may say; none: anything, in small letters.
        least, most: bounds of a number, both allowed.
        default: what an empty cell, or a file without the column, stands for.
        hint: added to the reason when a cell is refused.
        further: it is a file's own column beyond the schema; its times may be of any year.
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
    further: bool = False

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
        on_target: columns that are properties of the node, the first its key.
        on_edge: columns that are properties of the relationship.
    """

    type: str
    target: Node
    key: str
    on_target: tuple[str, ...]
    on_edge: tuple[str, ...]


@dataclass(frozen=True)
class Table:
    """One canonical file.

    Attributes:
        name: of the file, without its ending, and of a table among DataFrames.
        columns: in the order in which a template lists them.
        node: what a row becomes; None where it becomes a relationship (`edge`).
        references: the relationships that a row owes to the ids it names.
        identity: the columns whose hash is a row's id, where it is not given by `id_column`.
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
