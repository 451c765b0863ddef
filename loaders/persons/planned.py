"""Plan what is to be forgotten: who it is, every row that names them, the ids that stand in their place."""

from __future__ import annotations

import secrets
from collections.abc import Sequence, Set
from dataclasses import dataclass, field
from typing import Any

from refnet.core.errors import NotFound
from refnet.core.settings import Settings
from refnet.graph import Graph, persons
from refnet.graph.model import AFFILIATE, COMMISSION, ERASED, ORDER, REFUND, Node
from refnet.loaders.persons.find import Person, find
from refnet.loaders.persons.forgotten import AMBIGUOUS, EMAIL, KINDS
from refnet.loaders.persons.keys import Key, key_of
from refnet.loaders.persons.names import namings
from refnet.loaders.rows import Table
from refnet.loaders.schemas import ALIASES, COMMISSIONS, CUSTOMERS, ORDERS, REFUNDS, REMOVALS, TABLES

Rows = list[tuple[Any, ...]]


@dataclass
class Plan:
    """Who is to be forgotten, and every row that names them.

    Attributes:
        person: who.
        listed: keys of removals that name the person.
        counts: how many of what.
        again: they were forgotten before, and this is what is left.
    """

    person: Person
    names: dict[tuple[str, str], str]
    key: Key
    rows: dict[str, Rows] = field(default_factory=dict)
    waiting: dict[str, Rows] = field(default_factory=dict)
    listed: list[str] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)
    again: bool = False


def plan(graph: Graph, asked: str, *, settings: Settings) -> Plan:
    """Find all that is to go, and change nothing in the graph.

    Args:
        graph: where.
        asked: any id of theirs, as a customer or an affiliate, or their email.
        settings: where the key is, or is made.

    Raises:
        NotFound: there is nobody of that id or email, and there was nobody.
        UsageError: several customers have the email; or there is no key, or another one.
    """
    held = list(graph.query("erasures/tombstones"))
    of = {row["id"]: row["of"] for row in held}
    key = key_of(graph, settings, {row["keyCheck"] for row in held}, make=True)
    again = asked.startswith(ERASED)
    try:
        person = find(graph, asked)
    except NotFound:
        kinds = [k for k in (*KINDS.values(), EMAIL) if key.digest(k, _folded(k, asked)) in of]
        if not kinds:
            raise
        again = True
        person = Person(
            None, [asked] if "customer" in kinds else [], [asked] if "affiliate" in kinds else [], []
        )
    if asked.startswith(ERASED):
        return Plan(person, {}, key, again=True)
    # One that was broken off has its anonymous id already.
    begun = [of[d] for d in (key.digest("customer", i) for i in person.ids) if d in of]
    anonymous = begun[0] if begun else f"{ERASED}{secrets.token_hex(8)}"
    names = {("customer", i): anonymous for i in person.ids}
    for affiliate in person.affiliates:
        begun = [of[d] for d in (key.digest("affiliate", affiliate),) if d in of]
        names["affiliate", affiliate] = begun[0] if begun else f"{ERASED}{secrets.token_hex(8)}"
    names |= {(EMAIL, email): anonymous for email in person.emails if person.ids}
    names |= {(AMBIGUOUS, email): "" for email in _ambiguous(graph, person)}
    made = Plan(person, names, key, again=again)
    find_rows(graph, made)
    return made


def _ambiguous(graph: Graph, person: Person) -> set[str]:
    """Emails that would join others once this person is gone: those that join nobody now, from theirs on."""
    if not person.shared:
        return set()
    having = {
        row["email"]: set(row["customers"]) for row in graph.query("identity/shared-emails", limit=10**9)
    }
    found, customers = set[str](), {person.customer_id}
    while new := {email for email, whose in having.items() if email not in found and whose & customers}:
        found |= new
        customers |= {i for email in new for i in having[email]}
    return found


def _folded(kind: str, asked: str) -> str:
    return asked.strip().lower() if kind == EMAIL else asked


def find_rows(graph: Graph, made: Plan) -> None:
    """Put every row that names the person into the plan, and count them."""
    person = made.person
    for table in TABLES.values():
        if table == REFUNDS:
            rows = refunds_of(graph, [key for key, *_ in made.rows[ORDERS.name]])
            made.rows[table.name] = rows
            if rows:
                made.counts[table.name] = len(rows)
            continue
        if table in (CUSTOMERS, ALIASES) or not namings(table):
            continue
        named = [naming for _, naming in namings(table)]
        if table.node is not None:
            found = graph.read(persons.naming(table.node, named), **person.known_by)
            rows = [(row["key"], dict(row["held"])) for row in found]
            if table == COMMISSIONS:
                orders = [key for key, *_ in made.rows[ORDERS.name]]
                rows += commissions_of(graph, orders, known={key for key, *_ in rows})
        else:
            rows = _edges(graph, person, table)
            waits = graph.read(persons.waiting_naming(named), source=table.name, **person.known_by)
            made.waiting[table.name] = [(row["key"], dict(row["held"])) for row in waits]
        made.rows[table.name] = rows
        counted = len(rows) + len(made.waiting.get(table.name, ()))
        if counted:
            made.counts[table.name] = counted
    made.listed = [row["key"] for row in graph.query("removals/of-person", **person.known_by)]
    if made.listed:
        made.counts[REMOVALS.name] = len(made.listed)
    if person.customer_id is not None:
        made.counts = {
            "customers": 1,
            "ids": len(person.ids),
            "emails": len(person.emails) + len(person.shared),
        } | (made.counts)


def refunds_of(graph: Graph, orders: Sequence[str]) -> Rows:
    """Refunds of orders: who these are of, these are of."""
    return _of_orders(graph, REFUND, orders)


def commissions_of(graph: Graph, orders: Sequence[str], *, known: Set[str] = frozenset()) -> Rows:
    """Further commissions on orders: in the export that they come from their ids say who has placed these."""
    return [row for row in _of_orders(graph, COMMISSION, orders) if row[0] not in known]


def _of_orders(graph: Graph, node: Node, orders: Sequence[str]) -> Rows:
    if not orders:
        return []
    found = graph.read(persons.belonging(node, ORDER.key), ids=list(orders))
    return [(row["key"], dict(row["held"])) for row in found]


def _edges(graph: Graph, person: Person, table: Table) -> Rows:
    edge = table.edge
    assert edge is not None
    found: dict[str, tuple[Any, ...]] = {}
    asked = [persons.edges_of(edge.type, edge.key, edge.target)] if person.customer_id is not None else []
    if person.affiliates:
        asked += [
            persons.edges_naming(edge.type, edge.key, edge.target, naming)
            for _, naming in namings(table)
            if naming.node == AFFILIATE
        ]
    for text in asked:
        for row in graph.read(text, id=person.customer_id, **person.known_by):
            found[row["key"]] = (row["of"], row["key"], dict(row["held"]), row["target"][edge.target.key])
    return list(found.values())
