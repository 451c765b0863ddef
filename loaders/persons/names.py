"""Which columns name a person: by the schema, for whatever looks for one person's rows."""

from __future__ import annotations

from refnet.graph.model import AFFILIATE, CUSTOMER
from refnet.graph.persons import Naming
from refnet.loaders.rows import Column, Table

PERSONS = {
    "customer_id": CUSTOMER,
    "referee_id": CUSTOMER,
    "affiliate_id": AFFILIATE,
    "parent_affiliate_id": AFFILIATE,
}
"""Columns that hold the id of a customer or an affiliate, in whatever table; `referrer_id` says by another which."""

THINGS = frozenset(
    {
        "order_id", "refund_id", "claim_id", "invitation_id", "ticket_id", "survey_id", "commission_id",
        "reward_id",
    }
)  # fmt: skip
"""Columns that hold the id of something a merchant has in the books, and not of a person."""

ARE_PERSONS = frozenset({"customers", "aliases", "affiliates"})
"""Tables whose rows are persons, or say who somebody is; their ids are persons' ids."""

_REFERRER = {"customer": CUSTOMER, "affiliate": AFFILIATE}


def namings(table: Table) -> list[tuple[Column, Naming]]:
    """The columns of a table that name persons, one of two kinds by the row twice."""
    found = []
    for column in table.columns:
        if column.name in PERSONS:
            found.append((column, Naming(column.property, PERSONS[column.name])))
        elif column.name == "referrer_id":
            kind = table.by_name["referrer_kind"].property
            found += [(column, Naming(column.property, n, (kind, said))) for said, n in _REFERRER.items()]
    return found
