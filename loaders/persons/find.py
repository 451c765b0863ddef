"""Find a person: by any id of theirs or by their email, with all other ids, and the affiliates that they are."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from refnet.core.errors import NotFound, UsageError
from refnet.graph import Graph, persons
from refnet.graph.model import AFFILIATE, CUSTOMER
from refnet.graph.persons import Naming
from refnet.loaders.resolution import is_email


@dataclass(frozen=True)
class Person:
    """One person in the graph.

    Attributes:
        customer_id: the id they go by; None for an affiliate who is no customer.
        ids: every id of theirs as a customer.
        affiliates: ids of the affiliates that they are: those that act as them, or have an email of theirs.
        emails: theirs alone, in small letters.
        shared: emails that other customers have, too; they tell nobody from anybody.
        held: the properties of the customer.
        loaded: id → (why it is theirs, what was loaded under it), where there are several.
    """

    customer_id: str | None
    ids: list[str]
    affiliates: list[str]
    emails: list[str]
    shared: list[str] = field(default_factory=list)
    held: dict[str, Any] = field(default_factory=dict)
    loaded: dict[str, tuple[str, dict[str, Any]]] = field(default_factory=dict)

    @property
    def known_by(self) -> dict[str, list[str]]:
        """Their ids, as the generated queries take them."""
        return {"customers": self.ids, "affiliates": self.affiliates}


def find(graph: Graph, asked: str) -> Person:
    """The person of an id or an email.

    Raises:
        NotFound: it is nobody's.
        UsageError: it is an email that several customers have.
    """
    if found := graph.query("persons/by-id", id=asked).values:
        return _customer(graph, str(min(found)[1]))
    alone = graph.query("persons/affiliate-by-id", id=asked).values
    if not alone and is_email(asked):
        email = asked.strip().lower()
        having = sorted({row[0] for row in _having(graph, [email])})
        if len(having) > 1:
            raise UsageError(
                f"{len(having)} customers have this email: {', '.join(having[:5])}{', …' if having[5:] else ''}.",
                "Give the id of the one that is meant.",
            )
        if having:
            return _customer(graph, having[0])
        rows = graph.query("persons/affiliates-by-email", emails=[email]).values
        if rows and rows[0][2] is not None:
            return _customer(graph, str(rows[0][2]))
        alone = rows
    if not alone and (listed := _listed(graph, asked)):
        return listed
    if not alone:
        raise NotFound(
            "Nobody in this graph has this id or email.", "Ids are told apart by upper and lower case."
        )
    return _affiliate(graph, str(alone[0][0]), alone[0][1])


def _listed(graph: Graph, asked: str) -> Person | None:
    """Somebody of whom it is known that their rows are deleted; there may be others that name them."""
    tables = {row["held"]["table"] for row in graph.query(
        "removals/of-person", customers=[asked], affiliates=[asked]
    )}  # fmt: skip
    if not tables:
        return None
    # An id of a customer and of an affiliate are two persons', as far as is known: one after the other.
    return Person(None, [], [asked], []) if tables == {"affiliates"} else Person(None, [asked], [], [])


def _having(graph: Graph, emails: list[str]) -> list[list[Any]]:
    return graph.query("persons/by-email", emails=emails).values


def _customer(graph: Graph, customer_id: str) -> Person:
    held = dict(graph.query("persons/held", customerId=customer_id).one()["held"])
    known = graph.query("persons/ids-held", customerId=customer_id).values
    loaded = {str(i): (str(reason), dict(row)) for i, reason, row in known}
    ids = sorted({customer_id, *loaded})
    # Also one that has lost its relationship, and waits.
    acting = graph.read(persons.naming(AFFILIATE, [Naming("customerId", CUSTOMER)]), customers=ids).values
    emails = _emails([held, *(row for _, row in loaded.values()), *(row for _, row in acting)])
    shared = sorted({row[1] for row in _having(graph, emails) if row[0] != customer_id})
    own = [email for email in emails if email not in shared]
    by_email = graph.query("persons/affiliates-by-email", emails=own).values if own else []
    # One that acts as somebody else is not theirs, whatever its email.
    affiliates = {row[0] for row in acting} | {row[0] for row in by_email if row[2] in (None, customer_id)}
    return Person(customer_id, ids, sorted(affiliates), own, shared, held, loaded)


def _affiliate(graph: Graph, affiliate_id: str, email: str | None) -> Person:
    emails = _emails([{"email": email}])
    shared = sorted({row[1] for row in _having(graph, emails)})
    return Person(None, [], [affiliate_id], [one for one in emails if one not in shared], shared)


def _emails(rows: list[dict[str, Any]]) -> list[str]:
    said = {str(row["email"]).strip().lower() for row in rows if row.get("email") is not None}
    return sorted(email for email in said if is_email(email))
