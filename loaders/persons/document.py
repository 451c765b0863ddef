"""Everything that is held about one person, as one document: for them, who have a right to it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from refnet.graph import Graph, persons
from refnet.graph.connection import native
from refnet.graph.model import COMMISSION, CUSTOMER, DUE, HEALTH, ORDER, SCORES, UNLINKED
from refnet.loaders.persons.find import Person, find
from refnet.loaders.persons.names import namings
from refnet.loaders.persons.planned import commissions_of, refunds_of
from refnet.loaders.rows import Table
from refnet.loaders.schemas import (
    ALIASES,
    COMMISSIONS,
    CUSTOMERS,
    INVITATIONS,
    ORDERS,
    REFERRALS,
    REFUNDS,
    REMOVALS,
    TABLES,
)

_SIDES = {REFERRALS.name: ("made", "received"), INVITATIONS.name: ("sent", "received")}


def document(graph: Graph, asked: str) -> dict[str, Any]:
    """Everything that is held about one person.

    Args:
        graph: where.
        asked: any id of theirs, as a customer or an affiliate, or their email.

    Returns:
        customer_id, held_at, ids (each with what was loaded under it, where there are several), emails, customer (as
        loaded, attributes included, and what was worked out), scores, credited, and the rows of each table, under the
        names of the files' columns. Referrals and invitations are parted by their side; removals are of rows of
        theirs that are deleted. Times are ISO 8601.

    Raises:
        NotFound: there is nobody of that id or email.
        UsageError: several customers have the email.
    """
    person = find(graph, asked)
    columns = {row["name"]: row["column"] for row in graph.query("export/attribute-names")}
    made = (*SCORES, *HEALTH)
    customer = {name: value for name, value in person.held.items() if name not in made}
    scores = {name: person.held[name] for name in made if name in person.held}
    told: dict[str, Any] = {
        "customer_id": person.customer_id,
        "held_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "ids": [
            {"id": i, "reason": reason, "loaded": _named(row, CUSTOMERS, columns)}
            for i, (reason, row) in person.loaded.items()
        ]
        or [{"id": i, "reason": "own"} for i in person.ids],
        "emails": sorted([*person.emails, *person.shared]),
        "customer": _named(customer, CUSTOMERS, columns),
        "scores": _named(scores, CUSTOMERS, columns),
        "credited": _credited(graph, person.customer_id),
    }
    for table in TABLES.values():
        if table == REFUNDS:
            orders = [held[ORDER.key] for held in rows_of(graph, person, ORDERS)]
            told[table.name] = [_named(held, table) for _, held in refunds_of(graph, orders)]
            continue
        if table in (CUSTOMERS, ALIASES) or not namings(table):
            continue
        rows = list(rows_of(graph, person, table))
        if table == COMMISSIONS:
            known = {held[COMMISSION.key] for held in rows}
            orders = [held[ORDER.key] for held in rows_of(graph, person, ORDERS)]
            rows += [held for _, held in commissions_of(graph, orders, known=known)]
        sides = _SIDES.get(table.name)
        if sides is None:
            told[table.name] = [_named(held, table) for held in rows]
            continue
        told[table.name] = {
            side: [_named(held, table) for held in rows if _names(person, held, referrer=side != "received")]
            for side in sides
        }
    listed = graph.query("removals/of-person", **person.known_by)
    told[REMOVALS.name] = [_named(_without_key(row["held"]), REMOVALS) for row in listed]
    return told


def rows_of(graph: Graph, person: Person, table: Table) -> Iterator[dict[str, Any]]:
    """What is held of one table's rows that name the person, waiting ones included."""
    named = [naming for _, naming in namings(table)]
    if table.node is not None:
        text = persons.naming(table.node, named)
        yield from (dict(row["held"]) for row in graph.read(text, **person.known_by))
        return
    edge = table.edge
    assert edge is not None
    shown = {table.by_name[name].property for name in edge.on_target}
    found: dict[str, dict[str, Any]] = {}
    asked = [persons.edges_of(edge.type, edge.key, edge.target)] if person.customer_id is not None else []
    if person.affiliates:
        asked += [
            persons.edges_naming(edge.type, edge.key, edge.target, naming)
            for _, naming in namings(table)
            if naming.node != CUSTOMER
        ]
    for text in asked:
        for row in graph.read(text, id=person.customer_id, **person.known_by):
            target = {name: value for name, value in row["target"].items() if name in shown}
            found[row["key"]] = target | dict(row["held"])
    waiting = graph.read(persons.waiting_naming(named), source=table.name, **person.known_by)
    first = table.by_name[edge.on_target[0]].property
    for row in waiting:
        held = dict(row["held"])
        found[row["key"]] = {first: held.pop("target")} | held
    for _, held in sorted(found.items()):
        yield {name: v for name, v in held.items() if name not in ("waitingId", "source", edge.key)}


def _without_key(held: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in held.items() if name not in (REMOVALS.key, DUE)}


def _names(person: Person, held: Mapping[str, Any], *, referrer: bool) -> bool:
    if not referrer:
        return held.get("refereeId") in person.ids
    ids = person.affiliates if held.get("referrerKind") == "affiliate" else person.ids
    return held.get("referrerId") in ids


def _credited(graph: Graph, customer_id: str | None) -> list[dict[str, Any]]:
    if customer_id is None:
        return []
    found = graph.query("persons/credited", customerId=customer_id)
    return [{name: _plain(value) for name, value in row.items()} for row in found]


def _named(held: Mapping[str, Any], table: Table, columns: Mapping[str, str] | None = None) -> dict[str, Any]:
    """Properties under the names that their columns have, else in snake_case; the table's own columns first."""
    names = {column.property: column.name for column in table.columns} | dict(columns or {})
    # A figure that is worked out has the plain name; what was loaded for it says so.
    loaded = {name: f"{column}_loaded" for name, column in names.items() if name.endswith("Loaded")}
    names |= loaded
    order = sorted(held, key=lambda name: (list(names).index(name) if name in names else len(names), name))
    told = {names.get(name) or _snake(name): _plain(held[name]) for name in order if name != UNLINKED}
    return told | ({"waiting": True} if held.get(UNLINKED) else {})


def _snake(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])([A-Z])", lambda found: f"_{found[1].lower()}", name)


def _plain(value: Any) -> Any:
    value = native(value)
    if hasattr(value, "isoformat"):
        return value.isoformat()
    return [_plain(one) for one in value] if isinstance(value, list) else value
