"""Identity: after a load, join the ids that are one person and release those that no longer are.

Everything is worked out anew from all customers and aliases (`resolution`), and only what differs from the graph is
written, some persons with all that hangs on them as one transaction: broken off, the next load goes on from there.
Where a person has several ids, what was loaded under each is kept in its :Alias; the one :Customer is made of them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from refnet.core.money import exponent
from refnet.core.progress import Reporter
from refnet.graph import Graph, catalogue, joining
from refnet.graph.model import CUSTOMER
from refnet.graph.statements import Cell
from refnet.loaders.resolution import Resolution, Sets, is_email, resolve
from refnet.loaders.rows import Table
from refnet.loaders.schemas import CUSTOMERS, TABLES
from refnet.loaders.summary import IdentitySummary

_PART = 500
_IDS = 2_500

Rows = list[tuple[Any, ...]]


@dataclass(frozen=True)
class _Alias:
    """An :Alias as it stands in the graph."""

    alias_id: str
    alias_of: str | None
    email: str | None
    has_row: bool
    row_changed: bool
    holder: str | None
    reason: str | None
    place: int | None
    standing: bool  # there is a :Customer of this id, too

    @property
    def twice(self) -> bool:
        """Another load at the same time has made a customer of an id that is joined: its row is the newer one."""
        return self.standing and self.holder not in (None, self.alias_id)

    @property
    def shell(self) -> bool:
        """There is a customer of this id only since others are joined to it: its own row was removed."""
        return self.holder == self.alias_id and not self.has_row

    @property
    def keeps_row(self) -> bool:
        """What was loaded under the id is here, and not in a customer."""
        return self.has_row and not self.twice


@dataclass(frozen=True)
class Identity:
    """Who is who now: what to say of it, and the customer of every id of those who have several."""

    summary: IdentitySummary
    customer_of: Mapping[str, str] = field(default_factory=dict)


def known_ids(graph: Graph) -> dict[str, str]:
    """Every id of the customers who have several, and the customer it is of."""
    return {row["aliasId"]: row["customerId"] for row in graph.query("export/known-ids")}


def bring_up_to_date(
    graph: Graph,
    currency: str,
    reporter: Reporter,
    *,
    ambiguous: Callable[[str], bool] | None = None,
) -> Identity:
    """Work out who is who from all that is loaded, and write what has changed.

    Args:
        graph: where.
        currency: the reporting currency, for the figures of those who change.
        reporter: told when there is something to do.
        ambiguous: emails that join nobody because somebody forgotten had them.
    """
    aliases = {row[0]: _Alias(*row) for row in graph.query("export/aliases").values}
    emails, standing = _emails(graph, aliases, ambiguous)
    says = {i: a.alias_of for i, a in aliases.items() if a.alias_of is not None}
    others = (set(says.values()) | set(says)) - aliases.keys() - emails.keys()
    for part in _cut(sorted(others), _IDS):
        standing |= {row["customerId"] for row in graph.query("export/standing", ids=part)}
    standing |= {i for i, alias in aliases.items() if alias.standing}
    shells = {i for i, alias in aliases.items() if alias.shell}
    loaded = (standing - shells) | {i for i, alias in aliases.items() if alias.has_row}
    resolution = resolve(says, emails, loaded)
    _Difference(graph, aliases, resolution, standing, loaded).write(currency, reporter)
    known = resolution.known
    reasons = [each.reason for each in known.values()]
    return Identity(
        IdentitySummary(
            by_alias=reasons.count("alias"),
            by_email=reasons.count("email"),
            ambiguous_emails=len(resolution.ambiguous),
            circles=[list(circle) for circle in resolution.circles],
            unknown_aliases=sum(i not in known and i != of for i, of in says.items()),
        ),
        {i: each.customer_id for i, each in known.items()},
    )


def _emails(
    graph: Graph, aliases: Mapping[str, _Alias], ambiguous: Callable[[str], bool] | None
) -> tuple[dict[str, str], set[str]]:
    """The emails that several ids were loaded with, by id, and the customers among those.

    The engine puts them together and in small letters: few of many leave it.
    """
    found, standing = {}, set()
    for email, ids in graph.query("export/emails").values:
        joins = ambiguous is None or not ambiguous(email)
        for customer_id in ids if is_email(email) else ():
            alias = aliases.get(customer_id)
            if alias is not None and alias.shell:
                continue  # what it shows is of the others
            if alias is None or not alias.keeps_row:
                standing.add(customer_id)
                if joins:
                    found[customer_id] = email
            elif (
                joins and alias.email == email
            ):  # a customer of several ids shows the first email of them all
                found[customer_id] = email
    return found, standing


class _Difference:
    """What has to be written so that the graph is as resolved."""

    def __init__(
        self,
        graph: Graph,
        aliases: Mapping[str, _Alias],
        resolution: Resolution,
        standing: set[str],
        loaded: set[str],
    ) -> None:
        self._graph, self._aliases, self._known = graph, aliases, resolution.known
        self._standing, self._loaded = standing, loaded
        self._changed = sorted(i for i in self._known.keys() | aliases.keys() if self._differs(i))
        self._ids: dict[str, list[str]] = defaultdict(list)
        for i, known in self._known.items():
            self._ids[known.customer_id].append(i)

    def write(self, currency: str, reporter: Reporter) -> None:
        if not self._changed:
            return
        names = [column.property for column in CUSTOMERS.columns if column.property != CUSTOMER.key]
        names += [row["name"] for row in self._graph.query("export/attribute-names")]
        minor = float(10 ** exponent(currency))
        with reporter.stage("identity", len(self._changed), unit="ids") as progress:
            for part in self._parts():
                self._graph.write_all(list(self._statements(part, names, minor)))
                progress.advance(len(part))

    def _differs(self, i: str) -> bool:
        alias, known = self._aliases.get(i), self._known.get(i)
        if alias is None:
            return True
        if alias.row_changed or alias.alias_of == i:
            return True
        if known is None:
            return alias.holder is not None or alias.has_row
        there = (alias.holder, alias.reason, alias.place)
        return there != tuple(known) or alias.twice

    def _now(self, i: str) -> str | None:
        """Which customer holds the id's links."""
        alias = self._aliases.get(i)
        if alias is not None and alias.holder is not None:
            return alias.holder
        return i if i in self._standing else None

    def _then(self, i: str) -> str | None:
        """Which customer is to hold them; None: they wait."""
        known = self._known.get(i)
        return known.customer_id if known is not None else i if i in self._loaded else None

    def _parts(self) -> Iterator[list[str]]:
        """Ids that change, those that exchange links together."""
        together = Sets()
        for i in self._changed:
            for customer in (self._now(i), self._then(i)):
                if customer is not None:
                    together.join(i, customer)
        by_set: dict[str, list[str]] = defaultdict(list)
        for i in self._changed:
            by_set[together.of(i)].append(i)
        part: list[str] = []
        for ids in by_set.values():
            part += ids
            if len(part) >= _PART:
                yield part
                part = []
        if part:
            yield part

    def _statements(
        self, part: list[str], names: list[str], minor: float
    ) -> Iterator[tuple[str, dict[str, Any]]]:
        """One transaction: first the nodes that are needed, then the links, then what is no longer needed."""
        joined = {i: self._known[i] for i in part if i in self._known}
        released = [i for i in part if i not in self._known and i in self._loaded]
        # Whose properties and figures are made anew: those who have got an id, and those who have lost one.
        holders = {self._then(i) for i in part} | {self._then(h) for i in part if (h := self._now(i))}
        touched = sorted(h for h in holders if h is not None)
        fallen = [i for i in part if i in self._standing and self._then(i) != i]
        kept = [i for i in joined if i in self._standing and i in self._loaded and not self._keeps_row(i)]
        gone = [i for i in part if i not in self._known]
        steps: list[tuple[str, Rows]] = [
            (joining.keep(names), _one(kept)),
            (_text("make-aliases"), _one(i for i in joined if i not in self._aliases)),
            (_text("make-customers"), _one(h for h in touched if h not in self._standing)),
            *self._links(part),
            (_text("release"), _one(i for i in part if self._held(i))),
            (_text("know"), [(i, *known) for i, known in joined.items()]),
            (_text("remove-customers"), _one(fallen)),
            (joining.fill(names), filled := self._filling(touched, released)),
            (_text("unite-sources"), filled),
            (_text("settle"), _one(joined)),
            (_text("remove-aliases"), _one(i for i in gone if self._of(i) in (None, i))),
            (_text("bare"), [(i, self._of(i)) for i in gone if self._of(i) not in (None, i)]),
        ]
        yield from ((text, {"rows": rows}) for text, rows in steps if rows)
        yield catalogue()["upkeep/customers"].text, {"ids": touched, "minor": minor}

    def _links(self, part: list[str]) -> Iterator[tuple[str, Rows]]:
        moved: Rows = []
        left: Rows = []
        for i in part:
            now, then = self._now(i), self._then(i)
            if now is not None and now != then:
                (moved if then else left).append((i, now, then) if then else (i, now))
            if i in self._aliases and self._aliases[i].twice and then not in (None, i):
                moved.append((i, i, then))
        for table in TABLES.values():
            for reference in table.references:
                if table.node is not None and CUSTOMER in (other for _, other in reference.others):
                    yield joining.move(table.node, reference), moved
                    yield joining.leave(table.node, reference), left
            if table.edge is not None:
                edge, cells = table.edge, edge_cells(table)
                yield joining.move_edges(edge.type, edge.key, edge.target, cells), moved
                yield joining.leave_edges(table.name, edge.type, edge.key, edge.target, cells), left

    def _filling(self, touched: Iterable[str], released: Iterable[str]) -> Rows:
        rows: Rows = [
            (i, customer, self._known[i].place) for customer in touched for i in self._ids.get(customer, ())
        ]
        return rows + [(i, i, 0) for i in released if self._keeps_row(i)]

    def _keeps_row(self, i: str) -> bool:
        alias = self._aliases.get(i)
        return alias is not None and alias.keeps_row

    def _held(self, i: str) -> bool:
        alias = self._aliases.get(i)
        return alias is not None and alias.holder is not None and alias.holder != self._then(i)

    def _of(self, i: str) -> str | None:
        alias = self._aliases.get(i)
        return alias.alias_of if alias is not None else None


def edge_cells(table: Table) -> list[Cell]:
    """What a relationship, or the row that waits to be one, keeps: the customer's id as loaded first."""
    assert table.edge is not None
    return [Cell("customerId"), *(Cell(table.by_name[name].property) for name in table.edge.on_edge)]


def _text(name: str) -> str:
    return catalogue()[f"identity/{name}"].text


def _one(ids: Iterable[str]) -> Rows:
    return [(i,) for i in ids]


def _cut(ids: list[str], size: int) -> Iterator[list[str]]:
    return (ids[start : start + size] for start in range(0, len(ids), size))
