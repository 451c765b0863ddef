"""Forget a person: everything that says who they were goes, what they count for stays.

First tombstones are set, by which rows of theirs are recognised from then on; then every row that names them gets
anonymous ids, and last the customer, in one transaction with the record of it. Until that the person is found by their
ids, so that what is broken off is finished by running it again.
"""

from __future__ import annotations

import json
import re
import uuid
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from refnet.core.errors import UsageError
from refnet.core.progress import Quiet, Reporter
from refnet.graph import Graph, catalogue, forgetting
from refnet.graph.model import AFFILIATE, CUSTOMER, ERASED, ORDER, REFUND, TIE, WAITING
from refnet.loaders.persons.find import Person
from refnet.loaders.persons.forgotten import KINDS, THINGS, tombstones
from refnet.loaders.persons.keys import Key
from refnet.loaders.persons.names import namings
from refnet.loaders.persons.planned import Plan, Rows, commissions_of, find_rows, refunds_of
from refnet.loaders.persons.strip import STAYS, texts
from refnet.loaders.rows import Table
from refnet.loaders.schemas import (
    AFFILIATES,
    COMMISSIONS,
    DUPLICATE_KEY,
    ORDERS,
    REFERRALS,
    REFUNDS,
    TABLES,
    TOKENS,
)

_PART = 1_000


@dataclass
class Erasure:
    """A person to forget, or forgotten.

    Attributes:
        counts: how many of what; nothing that says who.
        erasure_id: of the record; None: nothing was to do.
        at: when, ISO 8601.
        again: they had been forgotten before.
    """

    counts: dict[str, int] = field(default_factory=dict)
    erasure_id: str | None = None
    at: str | None = None
    again: bool = False


def carry_out(
    graph: Graph, made: Plan, *, by: str, why: str | None = None, reporter: Reporter | None = None
) -> Erasure:
    """Forget the person of a plan.

    Args:
        graph: where.
        made: the plan.
        by: who does it, for the record.
        why: for the record.
        reporter: told how far it is.

    Raises:
        UsageError: `by` or `why` says who was forgotten.
    """
    _says_nobody(made.person, by, why)
    if made.again and not made.counts:
        return Erasure(again=True)
    reporter = reporter or Quiet()
    begin: Step = [(catalogue()["loads/no-resuming"].text, {})]
    graph.write_all(
        [*begin, (catalogue()["erasures/set-tombstones"].text, {"rows": tombstones(made.key, made.names)})]
    )
    steps = list(_steps(graph, made))
    with reporter.stage("forgetting", len(steps), unit="parts") as progress:
        for statements in steps:
            graph.write_all(statements)
            progress.advance(1)
        done = Erasure(
            made.counts, str(uuid.uuid4()), datetime.now(UTC).isoformat(timespec="seconds"), made.again
        )
        graph.write_all(_last(made, done, by, why))
        progress.advance(0)
    return done


def _says_nobody(person: Person, by: str, why: str | None) -> None:
    rows = [person.held, *(row for _, row in person.loaded.values())]
    said = {str(row["name"]) for row in rows if row.get("name")}
    said |= {*person.ids, *person.affiliates, *person.emails, *person.shared}
    words = re.compile("|".join(rf"(?<!\w){re.escape(one)}(?!\w)" for one in said if one), re.IGNORECASE)
    for option, text in (("--by", by), ("--why", why or "")):
        if said and words.search(text):
            raise UsageError(
                f"{option} says who is forgotten, and the record stays.", "Such as: --why 'request 2026-117'."
            )


def sweep(graph: Graph, key: Key, names: dict[tuple[str, str], str]) -> None:
    """Rows that came before it was known whose they are: of ids that a later row has told to be a forgotten person's.

    Args:
        graph: where.
        key: of its tombstones.
        names: (kind, id) → the anonymous id.
    """
    ids = {kind: sorted(i for k, i in names if k == kind) for kind in KINDS.values()}
    made = Plan(Person(None, ids["customer"], ids["affiliate"], []), names, key)
    find_rows(graph, made)
    for statements in list(_steps(graph, made)):
        graph.write_all(statements)
    graph.write_all(_unlisted(made))


def follow(graph: Graph, key: Key, orders: Mapping[str, str]) -> None:
    """What came before a forgotten person's orders, and waits for them, names them by the ids that they have got.

    Args:
        graph: where.
        key: of its tombstones.
        orders: the id that a row gave → the one that the order has got instead.
    """
    made = Plan(Person(None, [], [], []), {}, key)
    new = {order: i for order, i in orders.items() if order != i}
    for other, prop, held_by in _links(graph, made, ORDERS, new):
        mine = [(key, {prop: new[order]}) for order, keys in held_by.items() for key in keys]
        for part in _cut(mine):
            graph.write_all([(forgetting.change(other), {"rows": part})])
    rows = refunds_of(graph, list(new))
    for part in _cut(rows):
        graph.write_all(_given_back(graph, made, part))
    # They name their orders by the new ids now.
    for statements in list(_nodes(graph, made, COMMISSIONS, commissions_of(graph, list(new.values())))):
        graph.write_all(statements)


Step = list[tuple[str, dict[str, Any]]]


def _steps(graph: Graph, made: Plan) -> Iterator[Step]:
    """Everything but the persons themselves, some rows a transaction."""
    yield from _ties(graph, made)
    # Commissions are found by their orders, as long as these have their ids.
    for name, rows in sorted(made.rows.items(), key=lambda each: each[0] != COMMISSIONS.name):
        table = TABLES[name]
        if table == REFUNDS:
            continue  # each with its order
        if table == TOKENS:
            yield from _tokens(made, rows)
        elif table.node is not None:
            yield from _nodes(graph, made, table, rows)
        else:
            assert table.edge is not None
            changed = [
                (of, key, _changes(made, table, held) | {table.edge.key: made.key.row(name, key)})
                for of, key, held, _ in rows
            ]
            # One that was loaded again after it was broken off is there already, under its new key.
            remove = forgetting.remove_edges(table.edge.type, table.edge.key)
            change = forgetting.change_edges(table.edge.type, table.edge.key)
            for part in _cut(changed):
                twice = [(of, new[table.edge.key]) for of, key, new in part if new[table.edge.key] != key]
                yield [(remove, {"rows": twice}), (change, {"rows": part})]
    for name, rows in made.waiting.items():
        if TABLES[name] == TOKENS:
            yield from ([(forgetting.remove(WAITING), {"rows": p})] for p in _cut([(k,) for k, _ in rows]))
        else:
            yield from _nodes(graph, made, TABLES[name], rows, waiting=True)


def _ties(graph: Graph, made: Plan) -> Iterator[Step]:
    """The order of claims of one moment is that of their ids, and decides: it is kept where one of them changes."""
    mine = {key for key, _ in made.rows.get(REFERRALS.name, ()) if not key.startswith(ERASED)}
    if not mine:
        return
    # Loaded again after it was broken off, a claim is there a second time, under its new id: that one will stay.
    twins = {made.key.row(REFERRALS.name, key): key for key in mine}
    moments: dict[Any, list[tuple[bool, Any, str]]] = defaultdict(list)
    touched, twice = set(), {}
    for row in graph.query("export/claims"):
        claim, tie = row["claimId"], row["tie"]
        if claim in twins:
            twice[twins[claim]] = claim
            continue
        moments[row["at"]].append((tie is None, claim if tie is None else tie, claim))
        if claim in mine:
            touched.add(row["at"])
    ties = [
        (one, place)
        for at in touched
        if len(moments[at]) > 1
        for place, (_, _, claim) in enumerate(sorted(moments[at]))
        for one in (claim, twice.get(claim))
        if one is not None
    ]
    yield from ([(catalogue()["erasures/set-ties"].text, {"rows": part})] for part in _cut(ties))


def _tokens(made: Plan, rows: Rows) -> Iterator[Step]:
    if rows:
        targets = [(target,) for *_, target in rows]
        yield [
            (catalogue()["erasures/remove-shares"].text, {"rows": [(made.person.customer_id,)]}),
            (catalogue()["erasures/remove-lone-tokens"].text, {"rows": targets}),
        ]


def _nodes(graph: Graph, made: Plan, table: Table, rows: Rows, *, waiting: bool = False) -> Iterator[Step]:
    node = WAITING if waiting else table.node
    assert node is not None
    own = {i for kind, i in made.names if kind == "affiliate"}
    # The affiliates that they are come last, with the customer.
    changed = [(key, held) for key, held in rows if table != AFFILIATES or key not in own]
    new = {key: key if table == AFFILIATES else made.key.row(table.name, key) for key, _ in changed}
    there = set()
    for part in _cut([i for key, i in new.items() if i != key]):
        there |= {row["id"] for row in graph.read(forgetting.there(node), ids=part)}
    # Where it was broken off and loaded again in between, the row is there already under its new id.
    twice = [(key,) for key, i in new.items() if i in there and i != key]
    gone = {key for (key,) in twice}
    links = _links(graph, made, table, new)
    ties = _ties_of(rows) if table == ORDERS else {}
    for part in _cut(
        [
            (key, _changes(made, table, held) | {node.key: new[key]} | ties.get(key, {}))
            for key, held in changed
            if key not in gone
        ]
    ):
        step: Step = []
        if table == REFERRALS:
            step.append(
                (catalogue()["erasures/rename-credit"].text, {"rows": [(key, new[key]) for key, _ in part]})
            )
        step.append((forgetting.change(node), {"rows": part}))
        for other, prop, held_by in links:
            mine = [(k, {prop: new[i]}) for i, _ in part for k in held_by.get(i, ())]
            if mine:
                step.append((forgetting.change(other), {"rows": mine}))
        if table == ORDERS:
            step += _given_back(graph, made, _refunds_of(made, [key for key, _ in part]))
        yield step
    for part in _cut(twice):
        step = [(forgetting.remove(node), {"rows": part})]
        if table == ORDERS:
            step += _given_back(graph, made, _refunds_of(made, [key for (key,) in part]))
        yield step


def _ties_of(orders: Rows) -> dict[str, dict[str, int]]:
    """Of one moment the order of the smallest id is the sale, and the others are it told again: that is kept, too."""
    told: dict[Any, list[str]] = defaultdict(list)
    for key, held in orders:
        if DUPLICATE_KEY.property in held and TIE not in held:
            told[held[DUPLICATE_KEY.property], held["placedAt"]].append(key)
    several = (sorted(keys) for keys in told.values() if len(keys) > 1)
    return {key: {TIE: place} for keys in several for place, key in enumerate(keys)}


def _refunds_of(made: Plan, orders: Sequence[str]) -> Rows:
    mine = set(orders)
    return [(key, held) for key, held in made.rows.get(REFUNDS.name, ()) if held[ORDER.key] in mine]


def _given_back(graph: Graph, made: Plan, rows: Rows) -> Step:
    """Refunds of orders that get other ids, in the same transaction: a row of one is known by its order only."""
    new = {key: made.key.row(REFUNDS.name, key) for key, _ in rows}
    there = {row["id"] for row in graph.read(forgetting.there(REFUND), ids=list(new.values()))} - new.keys()
    # Where it was broken off and loaded again in between, the refund is there already, and so is its order.
    twice = [(key,) for key, i in new.items() if i in there]
    changed = [
        (key, {REFUND.key: new[key], ORDER.key: made.key.row(ORDERS.name, held[ORDER.key])})
        for key, held in rows
        if new[key] not in there
    ]
    step: Step = [(forgetting.remove(REFUND), {"rows": twice})] if twice else []
    if changed:
        step.append((catalogue()["refunds/wait"].text, {"ids": [key for key, _ in changed]}))
        step.append((forgetting.change(REFUND), {"rows": changed}))
    return step


def _links(
    graph: Graph, made: Plan, table: Table, new: dict[str, str]
) -> list[tuple[Any, str, dict[str, list[str]]]]:
    """Who else names the rows that get other ids: the kind of node, its property, and their keys by the id."""
    found = []
    for name, of in THINGS.items():
        if of != table or not new:
            continue
        for other in TABLES.values():
            if other in (table, REFUNDS) or other.node is None or name not in other.by_name:
                continue
            prop = other.by_name[name].property
            held_by: dict[str, list[str]] = defaultdict(list)
            for row in graph.read(forgetting.holding(other.node, prop), ids=list(new)):
                held_by[row["id"]].append(row["key"])
            # It may have got another id itself, a part earlier or later: by whichever it has.
            for keys in held_by.values():
                keys += [made.key.row(other.name, key) for key in keys]
            found.append((other.node, prop, held_by))
    return found


def _changes(made: Plan, table: Table, held: dict[str, Any]) -> dict[str, Any]:
    """The properties that change: ids of theirs become anonymous, texts go."""
    changes: dict[str, Any] = {}
    for _, naming in namings(table):
        if naming.kind is not None and held.get(naming.kind[0]) != naming.kind[1]:
            continue
        named = made.names.get((KINDS[naming.node], str(held.get(naming.property))))
        if named is not None:
            changes[naming.property] = named
    if (said := held.get(DUPLICATE_KEY.property)) is not None:
        changes[DUPLICATE_KEY.property] = made.key.row(DUPLICATE_KEY.name, said)
    if table != AFFILIATES:  # others' rows of affiliates only name theirs
        changes |= {c.property: None for c in texts(table) if c.property in held}
    return changes


def _last(made: Plan, done: Erasure, by: str, why: str | None) -> Step:
    person = made.person
    step: Step = []
    for key, held in made.rows.get(AFFILIATES.name, ()):
        new = made.names.get(("affiliate", key))
        if new is not None:
            gone = {c.property: None for c in texts(AFFILIATES)}
            props = _changes(made, AFFILIATES, held) | gone | {AFFILIATE.key: new}
            step.append((forgetting.change(AFFILIATE), {"rows": [(key, props)]}))
    step += _unlisted(made)
    if person.ids:
        step.append((catalogue()["erasures/remove-aliases"].text, {"ids": person.ids}))
    if person.customer_id is not None:
        gone = {name: None for name in person.held if name not in STAYS}
        props = gone | {CUSTOMER.key: made.names["customer", person.customer_id]}
        step.append((forgetting.change(CUSTOMER), {"rows": [(person.customer_id, props)]}))
    record = (done.erasure_id, done.at, by, why, json.dumps(made.counts, sort_keys=True))
    step.append((catalogue()["erasures/record"].text, {"rows": [record]}))
    return step


def _unlisted(made: Plan) -> Step:
    """That rows of theirs are deleted is no longer kept; by their tombstones they are not taken either."""
    rows = [(key,) for key in made.listed]
    return [(catalogue()["removals/forget"].text, {"rows": rows})] if rows else []


def _cut(rows: Iterable[Any]) -> Iterator[list[Any]]:
    whole = list(rows)
    return (whole[start : start + _PART] for start in range(0, len(whole), _PART))
