"""The Cypher that forgets a person: what of it is generated from the model, as in `statements`.

What is the same in every graph is in cypher/erasures/. Properties come as a map in which those that go are null.
"""

from __future__ import annotations

from refnet.graph.model import CUSTOMER, Node


def erased_of(node: Node) -> str:
    """The ids of nodes of a kind that were a forgotten person's, beginning with $prefix."""
    return f"MATCH (n:{node.label})\nWHERE n.{node.key} STARTS WITH $prefix\nRETURN n.{node.key} AS id"


def there(node: Node) -> str:
    """Which of $ids are nodes of a kind."""
    return f"UNWIND $ids AS id\nMATCH (n:{node.label} {{{node.key}: id}})\nRETURN n.{node.key} AS id"


def holding(node: Node, name: str) -> str:
    """Nodes of a kind that hold one of $ids in a property: [key, id]."""
    return f"MATCH (n:{node.label})\nWHERE n.{name} IN $ids\nRETURN n.{node.key} AS key, n.{name} AS id\nORDER BY key"


def change(node: Node) -> str:
    """Rows [key, properties]: they have these from now on."""
    return f"UNWIND $rows AS r\nMATCH (n:{node.label} {{{node.key}: r[0]}})\nSET n += r[1]"


def change_edges(type_: str, key: str) -> str:
    """Rows [customer, key, properties]: their relationship has these from now on."""
    return (
        f"UNWIND $rows AS r\nMATCH (c:{CUSTOMER.label} {{{CUSTOMER.key}: r[0]}})-[e:{type_}]->()\n"
        f"WHERE e.{key} = r[1]\nSET e += r[2]"
    )


def remove_edges(type_: str, key: str) -> str:
    """Rows [customer, key]: delete their relationship."""
    return (
        f"UNWIND $rows AS r\nMATCH (c:{CUSTOMER.label} {{{CUSTOMER.key}: r[0]}})-[e:{type_}]->()\n"
        f"WHERE e.{key} = r[1]\nDELETE e"
    )


def remove(node: Node) -> str:
    """Rows [key]: delete the node and all that hangs on it."""
    return f"UNWIND $rows AS r\nMATCH (n:{node.label} {{{node.key}: r[0]}})\nDETACH DELETE n"
