"""The Cypher that forgets a person: generated from the model, as in `statements`. All of it takes `$rows`.

Properties come as a map in which those that go are null.
"""

from __future__ import annotations

from refnet.graph.model import (
    ALIAS,
    CLAIM,
    CUSTOMER,
    ERASURE,
    KNOWN_AS,
    TIE,
    TOKEN,
    TOMBSTONE,
    Node,
)

TOMBSTONES = (
    f"MATCH (t:{TOMBSTONE.label})\nRETURN t.{TOMBSTONE.key} AS id, t.of AS of, t.keyCheck AS keyCheck"
)
SET_TOMBSTONES = (
    f"UNWIND $rows AS r\nMERGE (t:{TOMBSTONE.label} {{{TOMBSTONE.key}: r[0]}})\n"
    "SET t.kind = r[1], t.of = r[2], t.keyCheck = r[3]"
)
RECORD = (
    f"UNWIND $rows AS r\nCREATE (e:{ERASURE.label} {{{ERASURE.key}: r[0]}})\n"
    "SET e.at = datetime(r[1]), e.by = r[2], e.why = r[3], e.counts = r[4]"
)
SET_TIES = f"UNWIND $rows AS r\nMATCH (k:{CLAIM.label} {{{CLAIM.key}: r[0]}})\nSET k.{TIE} = r[1]"

# Rows [old id of a claim, new one]: before the claim itself has it.
RENAME_CREDIT = (
    f"UNWIND $rows AS r\nMATCH (k:{CLAIM.label} {{{CLAIM.key}: r[0]}})-[:NAMES]->(c:{CUSTOMER.label})\n"
    "MATCH (c)<-[e:REFERRED]-()\nWHERE e.claimId = r[0]\nSET e.claimId = r[1], e.campaign = null"
)
DROP_ALIASES = f"MATCH (a:{ALIAS.label})\nWHERE a.{ALIAS.key} IN $ids OR a.aliasOf IN $ids\nDETACH DELETE a"
_ANY = f"UNWIND $rows AS r\nMATCH (:{CUSTOMER.label} {{{CUSTOMER.key}: r[0]}})"
DROP_TOKENS = f"{_ANY}-[e:SHARES]->(:{TOKEN.label})\nDELETE e"
DROP_LONE_TOKENS = (
    f"UNWIND $rows AS r\nMATCH (t:{TOKEN.label} {{{TOKEN.key}: r[0]}})\n"
    f"WHERE NOT EXISTS {{ (t)<-[:SHARES]-() }}\nDELETE t"
)


def erased_of(node: Node) -> str:
    """The ids of nodes of a kind that were a forgotten person's, beginning with $prefix."""
    return f"MATCH (n:{node.label})\nWHERE n.{node.key} STARTS WITH $prefix\nRETURN n.{node.key} AS id"


def there(node: Node) -> str:
    """Which of $ids are nodes of a kind."""
    return f"UNWIND $ids AS id\nMATCH (n:{node.label} {{{node.key}: id}})\nRETURN n.{node.key} AS id"


def known() -> str:
    """Which of $ids are another id of a customer."""
    return (
        f"UNWIND $ids AS id\nMATCH (a:{ALIAS.label} {{{ALIAS.key}: id}})<-[:{KNOWN_AS}]-()\n"
        f"RETURN a.{ALIAS.key} AS id"
    )


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
