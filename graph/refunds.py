"""What was given back of an order: the Cypher that works it out of the order's own row and of the refunds of it.

`refundedLoaded` is what the row says; each :Refund is kept under its own id, and what says no amount takes back all of
the order. `refunded`, which all queries read, is the sum, at most the order's amount. It is worked out in the
transaction that changes one of the two, so that it always holds; who bought the orders is told, for figures of theirs.
"""

from __future__ import annotations

from refnet.graph.model import ORDER, REFUND, SOURCES, UNLINKED

RELATED = "REFUNDS"
"""From a :Refund to its :Order."""

_O = f"(o:{ORDER.label} {{{ORDER.key}: id}})"
_F = f"(f:{REFUND.label} {{{REFUND.key}: r[0]}})-[:{RELATED}]->(o:{ORDER.label})"

# Beside the refunds of the list `without`.
_WORK_OUT = f"""
OPTIONAL MATCH (o)<-[:{RELATED}]-(f:{REFUND.label})
WHERE NOT f.{REFUND.key} IN without
WITH o, count(f) AS refunds, sum(coalesce(f.amount, o.amount)) AS sum
WITH o, refunds, coalesce(o.refundedLoaded, 0.0) + sum AS back
SET o.refunded = CASE
  WHEN refunds = 0 THEN o.refundedLoaded
  WHEN back > o.amount THEN o.amount
  ELSE round(back * $minor) / $minor
END
RETURN o.customerId AS buyer"""


def work_out() -> str:
    """What was given back of the orders $ids, those that have refunds; who bought them. In units of 1 / $minor."""
    return (
        f"UNWIND $ids AS id\nMATCH {_O}\nWHERE EXISTS {{ (o)<-[:{RELATED}]-(:{REFUND.label}) }}\n"
        f"WITH DISTINCT o, [] AS without{_WORK_OUT}"
    )


def leave() -> str:
    """Rows [key, order]: what was given back of orders without those of these refunds that are to be another's."""
    return (
        f"UNWIND $rows AS r\nMATCH {_F}\nWHERE f.{ORDER.key} <> r[1]\n"
        f"WITH o, collect(f.{REFUND.key}) AS without{_WORK_OUT}"
    )


def lose() -> str:
    """Rows [key]: what was given back of the orders of these refunds without those that nobody has any more."""
    return (
        f"UNWIND $rows AS r\nMATCH {_F}\nWHERE size(f.{SOURCES}) = 0\n"
        f"WITH o, collect(f.{REFUND.key}) AS without{_WORK_OUT}"
    )


def wait() -> str:
    """Rows [key]: refunds that have lost their order wait for it."""
    return (
        f"UNWIND $rows AS r\nMATCH (f:{REFUND.label} {{{REFUND.key}: r[0]}})\n"
        f"WHERE NOT EXISTS {{ (f)-[:{RELATED}]->(:{ORDER.label}) }}\nSET f.{UNLINKED} = true"
    )
