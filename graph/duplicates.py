"""The Cypher that finds the same sale told twice, in the transaction that changes an order or a refund.

Orders of one `duplicateKey` are of one customer and amount, whichever sources say so. The earliest of them is a sale,
and those placed within so many minutes of it (`onceWithin`, as their rows say) are the same sale told again; the next
one after these is a sale again, and so on. What is told again is a `duplicate`, which nobody has placed, so that no
query counts it. One that was wholly given back is none, and none is one of it. The statements differ only in whose
orders are looked at; where all is as it should be nothing is written.
"""

from __future__ import annotations

from typing import Literal

from refnet.graph.model import (
    ALIAS,
    CUSTOMER,
    DUPLICATE,
    DUPLICATE_KEY,
    KNOWN_AS,
    ORDER,
    REFUND,
    SOURCES,
    TIE,
    UNLINKED,
)

Of = Literal["keys", "leaving", "orders", "refunds"]

_ORDER = f"(n:{ORDER.label} {{{ORDER.key}: r[0]}})"
_KEYS: dict[Of, str] = {
    "keys": "UNWIND $keys AS key\nWITH DISTINCT key",
    # They stay where they name a key that is theirs, or none and a source has them.
    "leaving": f"""\
UNWIND $rows AS r
MATCH {_ORDER}
WHERE n.{DUPLICATE_KEY} <> r[1] OR (r[1] IS NULL AND n.{DUPLICATE_KEY} IS NOT NULL AND size(n.{SOURCES}) = 0)
WITH n, n.{DUPLICATE_KEY} AS key
SET n.{DUPLICATE_KEY} = null, n.{DUPLICATE} = null
WITH DISTINCT key""",
    "orders": f"UNWIND $rows AS r\nMATCH {_ORDER}\nWHERE n.{DUPLICATE}\nWITH DISTINCT n.{DUPLICATE_KEY} AS key",
    "refunds": f"""\
UNWIND $rows AS r
MATCH (:{REFUND.label} {{{REFUND.key}: r[0]}})-[:REFUNDS]->(n:{ORDER.label})
WITH DISTINCT n.{DUPLICATE_KEY} AS key""",
}
_WORK_OUT = f"""\
MATCH (o:{ORDER.label} {{{DUPLICATE_KEY}: key}})
WITH key, count(o) AS orders, count(o.{DUPLICATE}) AS again
WHERE orders > 1 OR again > 0
MATCH (o:{ORDER.label} {{{DUPLICATE_KEY}: key}})
WITH key, o, coalesce(o.refunded > 0 AND o.refunded >= o.amount, false) AS back
ORDER BY key, back, o.placedAt, o.{TIE}, o.{ORDER.key}
WITH
  key,
  collect(o) AS told,
  collect(CASE WHEN NOT back THEN o.placedAt.epochMillis END) AS at
WITH
  told,
  reduce(sales = [], place IN range(0, size(told) - 1) |
    CASE
      WHEN place > 0 AND at[place] - at[last(sales)] <= told[place].onceWithin * 60000 THEN sales
      ELSE sales + [place]
    END) AS sales
UNWIND range(0, size(sales) - 1) AS sale
WITH told, sales[sale] AS first, coalesce(sales[sale + 1], size(told)) AS next
UNWIND range(first, next - 1) AS place
WITH told[place] AS o, place > first AS again
WHERE again OR o.{DUPLICATE}
OPTIONAL MATCH (o)<-[p:PLACED]-(:{CUSTOMER.label})
OPTIONAL MATCH (c:{CUSTOMER.label} {{{CUSTOMER.key}: o.customerId}})
OPTIONAL MATCH (:{ALIAS.label} {{{ALIAS.key}: o.customerId}})<-[:{KNOWN_AS}]-(d:{CUSTOMER.label})
WITH o, again, p, coalesce(d, c) AS whose
SET
  o.{DUPLICATE} = CASE WHEN again THEN true END,
  o.{UNLINKED} = CASE WHEN NOT again AND whose IS NULL THEN true END
FOREACH (each IN CASE WHEN again AND p IS NOT NULL THEN [p] ELSE [] END | DELETE each)
FOREACH (each IN CASE WHEN again OR whose IS NULL THEN [] ELSE [whose] END | MERGE (each)-[:PLACED]->(o))
RETURN o.customerId AS buyer"""


def work_out(of: Of) -> str:
    """Which orders are told again, and who has placed the others; their customers' ids.

    Args:
        of: which are looked at: those of `$keys`; or, by `$rows`, those that orders leave ([id, the key they have from
            now on, '' for none; null: they go if no source has them]), those beside duplicates among some orders
            ([id]), those beside orders that refunds are of ([id]).
    """
    return f"{_KEYS[of]}\n{_WORK_OUT}"
