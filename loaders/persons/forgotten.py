"""Forgotten people while loading: rows of theirs are recognised, and do not bring them back.

Rows of customers, aliases and tokens are not taken, nor are removals that name theirs. Others are taken as what they
count for: on the anonymous node, with no id and no text of theirs, under a row id that is a keyed hash of the one they
would have had. So the same old files, loaded again, change nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from refnet.core.settings import Settings
from refnet.graph import Graph, forgetting
from refnet.graph.model import AFFILIATE, ALIAS, CLAIM, CUSTOMER, ERASED, ORDER, REFUND, REMOVAL, Node
from refnet.loaders.persons.keys import Key, key_of
from refnet.loaders.persons.names import ARE_PERSONS, namings
from refnet.loaders.persons.strip import texts
from refnet.loaders.resolution import is_email
from refnet.loaders.rows import Table
from refnet.loaders.schemas import (
    AFFILIATES,
    ALIASES,
    COMMISSIONS,
    CUSTOMERS,
    DUPLICATE_KEY,
    ORDERS,
    REFERRALS,
    REFUNDS,
    REMOVALS,
    TABLES,
    TOKENS,
)

Lists = dict[str, list[Any]]

_MOST_MET = 200_000

EMAIL = "email"
AMBIGUOUS = "ambiguous email"
KINDS = {CUSTOMER: "customer", AFFILIATE: "affiliate"}
THINGS = {"order_id": ORDERS, "claim_id": REFERRALS}
"""Columns of other tables that name rows that may be a forgotten person's."""


class Forgotten:
    """Whom a graph has forgotten, as far as the key tells.

    Args:
        graph: where.
        key: of its tombstones.
        people: tombstone → the anonymous id.
    """

    def __init__(self, graph: Graph, key: Key, people: dict[str, str]) -> None:
        self._graph, self.key, self._people = graph, key, people
        self._met: dict[tuple[str, str], str | None] = {}
        self._things = {
            table.name: {row["id"] for row in graph.read(forgetting.erased_of(node), prefix=ERASED)}
            for table, node in ((ORDERS, ORDER), (REFERRALS, CLAIM))
        }
        self._new: dict[tuple[str, str], str] = {}
        # Orders of theirs by the ids that rows give them: others may have come before, and wait by these.
        self.orders: dict[str, str] = {}

    @classmethod
    def of(cls, graph: Graph, settings: Settings) -> Forgotten | None:
        """Whom the graph has forgotten; None: nobody.

        Raises:
            UsageError: it has, and the key is not here.
        """
        rows = list(graph.query("erasures/tombstones"))
        if not rows:
            return None
        key = key_of(graph, settings, {row["keyCheck"] for row in rows})
        return cls(graph, key, {row["id"]: row["of"] for row in rows})

    def who(self, kind: str, text: str | None) -> str | None:
        """The anonymous id of a forgotten person's id or email, in whose place it stands; else None."""
        if text is None or text.startswith(ERASED):
            return text
        asked = (kind, text)
        if asked not in self._met:
            if len(self._met) > _MOST_MET:  # of a file with millions of people not all are kept
                self._met = {**self.learned, **self._new}
            self._met[asked] = self._people.get(self.key.digest(kind, text))
        return self._met[asked]

    def ambiguous(self, email: str) -> bool:
        """Whether an email joined nobody because a forgotten person had it, too, and so joins nobody still."""
        return self.who(AMBIGUOUS, email) is not None

    def _learn(self, kind: str, text: str, anonymous: str) -> None:
        """One more id of theirs, of a row that said so by another one or by an email."""
        self._met[kind, text] = self._new[kind, text] = anonymous

    @property
    def learned(self) -> dict[tuple[str, str], str]:
        """(kind, id) → the anonymous id, of what rows of this load have told to be theirs, too."""
        return self._new

    def save(self) -> None:
        """Keep what was learned."""
        rows = tombstones(self.key, self._new)
        if rows:
            self._graph.query("erasures/set-tombstones", rows=rows)

    def take(self, table: Table, keys: list[str], lists: Lists) -> tuple[list[str], Lists, int]:
        """Rows as they may be taken, and how many are not.

        Args:
            table: whose rows.
            keys: of each row.
            lists: its cells, by column.
        """
        if not namings(table) and table.node not in (ALIAS, REFUND, REMOVAL):
            return keys, lists, 0
        keys, lists = list(keys), {name: list(values) for name, values in lists.items()}
        # By name: a table of customers may have further columns.
        match table.name:
            case CUSTOMERS.name:
                out = self._customers(lists)
            case ALIASES.name:
                out = self._aliases(lists)
            case TOKENS.name:
                out = [self.who("customer", i) is not None for i in lists["customer_id"]]
            case AFFILIATES.name:
                out = self._affiliates(keys, lists)
            case REMOVALS.name:
                out = self._removals(lists)
            case _:
                self._others(table, keys, lists)
                return keys, lists, 0
        kept = [place for place, gone in enumerate(out) if not gone]
        return [keys[p] for p in kept], {n: [v[p] for p in kept] for n, v in lists.items()}, sum(out)

    def _customers(self, lists: Lists) -> list[bool]:
        """Which rows are theirs: by the id, or by the email of an id that is nobody else's."""
        ids = lists["customer_id"]
        out = [self.who("customer", i) is not None for i in ids]
        emails = lists.get("email", [None] * len(ids))
        whose = [self.who(EMAIL, _email(said)) for said in emails]
        new = {i for i, gone, of in zip(ids, out, whose, strict=True) if of is not None and not gone}
        new -= self._standing(CUSTOMER, new)
        for place, of in enumerate(whose):
            if of is not None and ids[place] in new:
                self._learn("customer", ids[place], of)
                out[place] = True
        return out

    def _aliases(self, lists: Lists) -> list[bool]:
        """Which rows name them; the other id is theirs, too, if it is nobody else's."""
        pairs = list(zip(lists["alias"], lists["customer_id"], strict=True))
        named = [(self.who("customer", a), self.who("customer", b)) for a, b in pairs]
        others = {
            (b if x else a): x or y
            for (a, b), (x, y) in zip(pairs, named, strict=True)
            if (x is None) != (y is None)
        }
        for other in others.keys() - self._standing(CUSTOMER, set(others)):
            self._learn("customer", other, str(others[other]))
        return [x is not None or y is not None for x, y in named]

    def _standing(self, node: Node, ids: set[str]) -> set[str]:
        """Those who are in the graph: a row that says they are somebody forgotten does not take them away."""
        if not ids:
            return set()
        asked = sorted(ids)
        there = {row["id"] for row in self._graph.read(forgetting.there(node), ids=asked)}
        if node == CUSTOMER:
            there |= {row["id"] for row in self._graph.query("identity/known", ids=asked)}
        return there

    def _affiliates(self, keys: list[str], lists: Lists) -> list[bool]:
        """Rows of affiliates: theirs without a word; those below them, or at odds with them, without their id.

        Not taken are those of one who still stands: their person is being forgotten, and that was broken off.
        """
        none: list[Any] = [None] * len(keys)
        customers = [self.who("customer", i) for i in lists.get("customer_id", none)]
        emails = [self.who(EMAIL, _email(e)) for e in lists.get("email", none)]
        new = {k for k, c, e in zip(keys, customers, emails, strict=True) if c or e}
        new = {k for k in new if not self.who("affiliate", k)}
        told = {k for k in keys if not k.startswith(ERASED) and self.who("affiliate", k)}
        standing = self._standing(AFFILIATE, new | told)
        out = [key in told & standing for key in keys]
        for place, key in enumerate(keys):
            if key in new - standing:
                self._learn("affiliate", key, f"{ERASED}{self.key.digest('affiliate', key)[:16]}")
            own = self.who("affiliate", key)
            if "customer_id" in lists and customers[place]:
                lists["customer_id"][place] = customers[place] if own else None
            if "parent_affiliate_id" in lists:
                parent = lists["parent_affiliate_id"][place]
                lists["parent_affiliate_id"][place] = self.who("affiliate", parent) or parent
            if own:
                keys[place] = lists["affiliate_id"][place] = own
                for column in texts(AFFILIATES):
                    if column.name in lists:
                        lists[column.name][place] = None
        return out

    def _removals(self, lists: Lists) -> list[bool]:
        """Which deleted rows are theirs: by their own ids, or by the id that a row of theirs has got instead.

        What they count for stays, and the id that it had before is not kept either.
        """
        rows = list(zip(lists["table"], lists["id"], strict=True))
        out = [
            i.startswith(ERASED) or (table in ARE_PERSONS and self.who(_kind(table), i) is not None)
            for table, i in rows
        ]
        for table in {table for table, _ in rows} - ARE_PERSONS:
            node = TABLES[table].node
            assert node is not None
            new = {
                self.key.row(table, i): place
                for place, (t, i) in enumerate(rows)
                if t == table and not out[place]
            }
            for row in self._graph.read(forgetting.there(node), ids=sorted(new)):
                out[new[row["id"]]] = True
        return out

    def _others(self, table: Table, keys: list[str], lists: Lists) -> None:
        named = [(c, n, lists.get(c.name), lists.get("referrer_kind")) for c, n in namings(table)]
        gone = [c.name for c in texts(table) if c.name in lists]
        things = [(name, of) for name, of in THINGS.items() if name in lists and name != table.id_column]
        own = self._things.get(table.name)
        said: list[Any] = lists.get(DUPLICATE_KEY.name, [None] * len(keys))
        for place in range(len(keys)):
            hit = False
            for column, naming, ids, kinds in named:
                if ids is None or (
                    naming.kind is not None and kinds is not None and kinds[place] != naming.kind[1]
                ):
                    continue
                of = self.who(KINDS[naming.node], ids[place])
                if of is not None:
                    lists[column.name][place], hit = of, True
            for name, table_of in things:
                if (thing := lists[name][place]) is not None:
                    new = self.key.row(table_of.name, thing)
                    if new in self._things[table_of.name]:
                        lists[name][place] = new
                        # What was given back of an order of theirs is theirs; what was paid for it says whose it is.
                        hit = hit or table.name in (REFUNDS.name, COMMISSIONS.name)
            if hit:
                was, keys[place] = keys[place], self.key.row(table.name, keys[place])
                if table.name == ORDERS.name:
                    self.orders[was] = keys[place]
                if table.id_column in lists:
                    lists[table.id_column][place] = keys[place]
                if said[place] is not None:
                    said[place] = self.key.row(DUPLICATE_KEY.name, said[place])
                for name in gone:
                    lists[name][place] = None
                if own is not None:
                    own.add(keys[place])


def _kind(table: str) -> str:
    return KINDS[AFFILIATE if table == AFFILIATES.name else CUSTOMER]


def _email(said: str | None) -> str | None:
    email = said.strip().lower() if said is not None else None
    return email if email is not None and is_email(email) else None


def tombstones(key: Key, people: Mapping[tuple[str, str], str]) -> list[tuple[str, str, str, str]]:
    """Rows for the graph, of ids and emails by kind and the anonymous ids that they lead to."""
    return [(key.digest(kind, text), kind, of, key.check) for (kind, text), of in people.items()]
