"""Prepare: checked rows become batches, each of them the statements of one transaction with their parameters."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from refnet.graph import catalogue, joining, statements
from refnet.graph.model import CANONICAL, CUSTOMER, ORDER, REFUND, REMOVAL, Node, Reference
from refnet.graph.statements import Cell
from refnet.loaders.cells import plain
from refnet.loaders.check import WORDS
from refnet.loaders.columns import longest
from refnet.loaders.duplicates import work_out
from refnet.loaders.listed import Listed
from refnet.loaders.persons.forgotten import Forgotten
from refnet.loaders.persons.names import ARE_PERSONS
from refnet.loaders.rows import Column, Table
from refnet.loaders.schemas import DUPLICATE_KEY
from refnet.loaders.seen import Seen
from refnet.loaders.uncollected import uncollected

# Found on the embedded engine: beyond, nothing is gained. A message over 16 MiB hangs it, and a batch's rows are
# sent up to three times (nodes, links, marks), each time as a message of its own.
BATCH_ROWS = 2_500
BATCH_BYTES = 8 * 2**20

# Of a cell that is no text: a time or a hash are the longest.
_OTHER_BYTES = 64

Statements = list[tuple[str, dict[str, Any]]]


@dataclass(frozen=True)
class Batch:
    """What one transaction sends, how many rows it stands for, and the customers whose orders they are."""

    statements: Statements
    rows: int
    buyers: Sequence[str] = ()


class Preparer:
    """Makes batches of one table.

    Args:
        table: its schema.
        columns: the columns that the file has, further ones included.
        existing: there are nodes of its kind in the graph, so that some may have to move or may have waited.
        token_key: what tokens are hashed with; empty: plain.
        known: every id of customers who have several, and the customer it is of: who links go to.
        keeps: an empty cell says nothing, and leaves what the graph has; else it removes that.
        forgotten: the people whom the graph has forgotten, if there are any.
        source: whose rows they are.
        listed: rows that lists of removals name.
        refunds: there are refunds in the graph, of which some may be of these orders.
        duplicates: there are orders in the graph that are told again, some of which may be these.
        minor: how many minor units make one of the currency.
    """

    def __init__(
        self,
        table: Table,
        columns: Sequence[str],
        *,
        existing: bool,
        token_key: bytes = b"",
        known: Mapping[str, str] | None = None,
        keeps: bool = False,
        forgotten: Forgotten | None = None,
        source: str = CANONICAL,
        listed: Listed | None = None,
        refunds: bool = False,
        duplicates: bool = False,
        minor: float = 100.0,
    ) -> None:
        self._source, self._refunds, self._minor = source, refunds, minor
        self._duplicates = duplicates
        self._forgotten, self.rows_of_forgotten = forgotten, 0
        self._listed, self.rows_kept_out = listed, 0
        self._table, self._existing, self._token_key = table, existing, token_key
        self._known, self._keeps = known or {}, keeps
        self._columns = [table.by_name[name] for name in columns]
        present = {column.name for column in self._columns}
        # A column left out of the file stands for its default, where it has one.
        self._columns += [c for c in table.columns if c.default is not None and c.name not in present]
        if table.node == ORDER and "once_within" in present:
            self._columns.append(DUPLICATE_KEY)
        self.seen = Seen()
        # Rows with a key that came again within their chunk are never sent.
        self.dropped = 0

    @property
    def columns(self) -> list[Column]:
        """Of the rows: those of the file, and those that have a default."""
        return list(self._columns)

    def rows(self, frame: pd.DataFrame) -> tuple[list[str], dict[str, list[Any]]]:
        """Checked rows as keys and lists by column; of two rows with one key the later one holds."""
        if self._keeps and self._table.id_column is not None:
            frame = self._together(frame, self._table.id_column)
        lists = self._lists(frame)
        keys = self._keys(frame, lists)
        if len(set(keys)) < len(keys):
            last = {key: place for place, key in enumerate(keys)}
            self.seen.again += len(keys) - len(last)
            self.dropped += len(keys) - len(last)
            kept = sorted(last.values())
            keys = [keys[place] for place in kept]
            lists = {name: [values[place] for place in kept] for name, values in lists.items()}
        if DUPLICATE_KEY.name in lists:
            lists[DUPLICATE_KEY.name] = self._duplicate_keys(lists)
        # Rows of persons may say who else is forgotten, and are asked about that first. Of other rows those that are
        # deleted are not there, also where they were a forgotten person's and would get another id.
        persons = self._table.name in ARE_PERSONS
        if not persons:
            keys, lists = self._not_listed(keys, lists)
        if self._forgotten is not None:
            keys, lists, out = self._forgotten.take(self._table, keys, lists)
            self.rows_of_forgotten += out
        return self._not_listed(keys, lists) if persons else (keys, lists)

    @staticmethod
    def _duplicate_keys(lists: Mapping[str, list[Any]]) -> list[str | None]:
        said = (lists[name] for name in ("once_within", "amount", "customer_id"))
        return [
            None if minutes is None else f"{amount} {customer}"
            for minutes, amount, customer in zip(*said, strict=True)
        ]

    def _together(self, frame: pd.DataFrame, id_column: str) -> pd.DataFrame:
        """A row for each id: of each column what the last one says of its rows that say something."""
        whose, ids = pd.factorize(frame[id_column])
        again = len(frame) - len(ids)
        if not again:
            return frame
        self.seen.again += again
        self.dropped += again
        everywhere = np.arange(len(frame))
        # Of several places that are written to one the last one stays.
        last = np.zeros(len(ids), dtype=np.intp)
        last[whose] = everywhere
        order = np.argsort(last)
        told = {}
        for name in map(str, frame.columns):
            there = frame[name].notna().to_numpy(dtype=np.bool_)
            says = last.copy()
            says[whose[there]] = everywhere[there]
            told[name] = frame[name].take(says[order]).reset_index(drop=True)
        return pd.DataFrame(told)

    def _not_listed(
        self, keys: list[str], lists: dict[str, list[Any]]
    ) -> tuple[list[str], dict[str, list[Any]]]:
        if self._listed is not None:
            keys, lists, out = self._listed.take(self._table, keys, lists)
            self.rows_kept_out += out
        return keys, lists

    def keys(self, frame: pd.DataFrame) -> list[str]:
        """The key of each checked row."""
        return self._keys(frame, self._lists(frame))

    def batches(self, frame: pd.DataFrame) -> Iterator[Batch]:
        """Checked rows as batches; of two rows with one key the later one holds."""
        if frame.empty:
            return
        keys, lists = self.rows(frame)
        if not keys:  # all of them deleted, or of people who are forgotten
            return
        moved = self.seen.meet(keys) or self._existing
        for start, stop in _parts(keys, lists, self._widest(frame)):
            part = {name: values[start:stop] for name, values in lists.items()}
            make = self._node if self._table.node is not None else self._edge
            buyers = self._customers(part["customer_id"]) if self._table.node == ORDER else ()
            with uncollected():
                made = make(keys[start:stop], part, moved=moved)
            yield Batch(made, stop - start, buyers)

    def _widest(self, frame: pd.DataFrame) -> int:
        """Bytes that no row is longer than, as far as its own cells go."""
        texts = [column.name for column in self._columns if column.type in WORDS and column.name in frame]
        return sum(longest(frame[name]) for name in texts) + _OTHER_BYTES * (len(self._columns) + 1)

    def _lists(self, frame: pd.DataFrame) -> dict[str, list[Any]]:
        lists: dict[str, list[Any]] = {}
        for column in self._columns:
            if column.name not in frame:
                lists[column.name] = [column.default] * len(frame)
            elif column.type == "secret":
                lists[column.name] = self._hashed(frame, column)
            else:
                lists[column.name] = plain(frame[column.name], column.type)
        return lists

    def _hashed(self, frame: pd.DataFrame, column: Column) -> list[str]:
        """Tokens as hashes: equal ones stay equal, and a person's device or account is not in the store.

        With a key nobody can find a token by trying all of them, which for card or phone numbers is little work;
        without one two graphs of one company still know the same token.
        """
        facts = zip(frame["kind"].tolist(), frame[column.name].tolist(), strict=True)
        if self._token_key:
            return [hmac.new(self._token_key, f"{k}\x1f{v}".encode(), "sha256").hexdigest() for k, v in facts]
        return [hashlib.sha256(f"{k}\x1f{v}".encode()).hexdigest() for k, v in facts]

    def _keys(self, frame: pd.DataFrame, lists: Mapping[str, list[Any]]) -> list[str]:
        table = self._table
        given = lists.get(table.id_column) if table.id_column is not None else None
        if not table.identity:
            assert given is not None
            return given
        if given is not None and None not in given:
            return given
        none: list[Any] = [None] * len(frame)
        facts = [
            self._facts(frame, name) if name in frame else lists.get(name, none) for name in table.identity
        ]
        # The table's name goes in, since rows of several tables may wait side by side under such ids.
        hashed = [_hash(table.name, row) for row in zip(*facts, strict=True)]
        return (
            hashed
            if given is None
            else [a if a is not None else b for a, b in zip(given, hashed, strict=True)]
        )

    def _facts(self, frame: pd.DataFrame, name: str) -> list[Any]:
        column = self._table.by_name[name]
        if column.type == "secret":
            return self._hashed(frame, column)
        if column.type == "time":
            # As microseconds: the text that is sent has fewer digits when a whole chunk needs no more.
            stamps = frame[name].dt.tz_convert("UTC").dt.tz_localize(None).to_numpy(dtype="datetime64[us]")
            return [
                None if gone else at
                for at, gone in zip(stamps.astype(np.int64).tolist(), np.isnat(stamps), strict=True)
            ]
        return plain(frame[name], column.type)

    def _node(self, keys: list[str], part: dict[str, list[Any]], *, moved: bool) -> Statements:
        table, node = self._table, self._table.node
        assert node is not None
        columns = [column for column in self._columns if column.property != node.key]
        places = {column.property: place for place, column in enumerate(columns, start=1)}
        owed = [reference for reference in table.references if reference.property in places]
        first = owed[0] if owed and _direct(owed[0], node) else None
        complete = len(owed) == len(table.references) > 0
        # Tuples: of lists in such numbers the garbage collector keeps count, for a third of the time.
        rows = list(zip(keys, *(part[column.name] for column in columns), strict=True))
        if node == CUSTOMER and self._known:
            return self._persons(rows, columns)
        by_property = {column.property: part[column.name] for column in columns}
        joined = (first, first.others[0][1], places[first.property]) if first is not None else None
        if joined is not None and self._known and joined[1] == CUSTOMER:
            # The node keeps the id it was loaded with; whom it belongs to comes after the columns.
            joined = (*joined[:2], len(columns) + 1)
            held = self._customers(by_property[joined[0].property])
            rows = [(*row, customer) for row, customer in zip(rows, held, strict=True)]
        cells = [_cell(c, keeps=self._keeps) for c in columns]
        merge = statements.merge(node, cells, joined, fresh=not (moved and complete))
        made: Statements = [(merge, self._of(rows))]
        if node == REMOVAL:
            made.append((catalogue()["removals/mark-due"].text, {"rows": [(key,) for key in keys]}))
        moves: Statements = []
        told = by_property.get(DUPLICATE_KEY.property)
        if moved and told is not None:
            moves.append(work_out(leaving=[(key, now or "") for key, now in zip(keys, told, strict=True)]))
        for reference in owed:
            refs = by_property[reference.property]
            kinds = by_property.get(reference.kind or "")
            if moved and node == REFUND:
                was = {"rows": list(zip(keys, refs, strict=True)), "minor": self._minor}
                moves.append((catalogue()["refunds/work-out-without"].text, was))
                moves.append(work_out(refunds=keys))
            if moved:
                named_now = zip(keys, refs, kinds or [None] * len(keys), strict=True)
                named = [each for each in named_now if each[1] is not None or not self._keeps]
                moves.append((statements.unlink_moved(node, reference), {"rows": named}))
            for kind, other in reference.others:
                of_kind = (
                    refs
                    if kinds is None
                    else [r if k == kind else None for r, k in zip(refs, kinds, strict=True)]
                )
                of_kind = self._customers(of_kind) if other == CUSTOMER else of_kind
                pairs = list(zip(keys, of_kind, strict=True))
                if None in of_kind:
                    pairs = [pair for pair in pairs if pair[1] is not None]
                if not pairs:
                    continue
                if reference is not first:
                    made.append((statements.link(node, reference, other), {"rows": pairs}))
                made.append((statements.mark_waiting(node, other), {"rows": pairs}))
        if node == REFUND or (node == ORDER and self._refunds):
            orders = by_property[ORDER.key] if node == REFUND else keys
            made.append((catalogue()["refunds/work-out"].text, {"ids": orders, "minor": self._minor}))
        if told is not None:
            of = [key for key in told if key is not None]
            made += [work_out(keys=of)] if of else []
        elif node == ORDER and self._duplicates:
            made.append(work_out(orders=keys))
        elif node == REFUND:
            made.append(work_out(refunds=keys))
        return moves + made

    def _persons(self, rows: list[tuple[Any, ...]], columns: Sequence[Column]) -> Statements:
        """Customers' rows; of those who have several ids each is kept under its own."""
        cells = [_cell(column, keeps=self._keeps) for column in columns]
        alone = [row for row in rows if row[0] not in self._known]
        several = [row for row in rows if row[0] in self._known]
        made: Statements = []
        if alone:
            made.append((statements.merge(CUSTOMER, cells, None, fresh=True), self._of(alone)))
        if several:
            made.append((joining.merge_row(cells), self._of(several)))
        return made

    def _of(self, rows: Sequence[Any]) -> dict[str, Any]:
        return {"rows": rows, "source": self._source}

    def _customers(self, ids: list[Any]) -> list[Any]:
        """Whose the ids are."""
        return [self._known.get(i, i) for i in ids] if self._known else ids

    def _edge(self, keys: list[str], part: dict[str, list[Any]], *, moved: bool) -> Statements:  # noqa: ARG002
        edge = self._table.edge
        assert edge is not None
        on_target = [self._table.by_name[name] for name in edge.on_target if name in part]
        on_edge = [self._table.by_name[name] for name in edge.on_edge if name in part]
        told = list(zip(*(part[column.name] for column in on_target), strict=True))
        # Each once, where it comes last: a later row's word on a page holds.
        targets = list(dict.fromkeys(reversed(told)))[::-1]
        rows = list(
            zip(
                keys,
                self._customers(part["customer_id"]),
                part[edge.on_target[0]],
                part["customer_id"],
                *(part[column.name] for column in on_edge),
                strict=True,
            )
        )
        cells = [Cell("customerId"), *(_cell(column) for column in on_edge)]
        return [
            (statements.merge_targets(edge.target, [_cell(c) for c in on_target[1:]]), self._of(targets)),
            (statements.merge_edges(edge.type, edge.key, edge.target, cells), self._of(rows)),
            (statements.wait_edges(self._table.name, cells), self._of(rows)),
        ]


def _direct(reference: Reference, node: Node) -> bool:
    """Whether rows can be linked as they are merged: to one kind of node, that is not their own kind."""
    return len(reference.others) == 1 and reference.others[0][1] != node


def _cell(column: Column, *, keeps: bool = False) -> Cell:
    return Cell(
        column.property,
        "datetime" if column.type == "time" else "date" if column.type in ("day", "month") else "",
        keeps,
    )


def _hash(table: str, facts: Sequence[Any]) -> str:
    told = "\x1f".join("" if fact is None else str(fact) for fact in facts)
    return hashlib.blake2b(f"{table}\x1e{told}".encode(), digest_size=8).hexdigest()


def _parts(keys: list[str], lists: Mapping[str, list[Any]], widest: int) -> Iterator[tuple[int, int]]:
    """Where to cut: every BATCH_ROWS rows, and before a message becomes too long."""
    if widest * BATCH_ROWS <= BATCH_BYTES:
        yield from ((at, min(at + BATCH_ROWS, len(keys))) for at in range(0, len(keys), BATCH_ROWS))
        return
    columns = [keys, *lists.values()]
    # Cells of a column are of one kind, or nothing.
    texts = [v for v in columns if isinstance(next(filter(None, v), None), str)]
    # Four bytes of UTF-8 a character at most, and a few for what is not text.
    sizes = np.full(len(keys), 9 * len(columns), dtype=np.int64)
    for values in texts:
        sizes += np.fromiter((4 * len(value or "") for value in values), np.int64, len(keys))
    ends = np.cumsum(sizes)
    start = 0
    while start < len(keys):
        before = int(ends[start - 1]) if start else 0
        stop = int(np.searchsorted(ends, before + BATCH_BYTES, side="right"))
        stop = max(start + 1, min(stop, start + BATCH_ROWS))
        yield start, stop
        start = stop
