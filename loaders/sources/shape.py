"""Shape: the rows of an export as rows of a canonical table, as its mapping says."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence, Set
from dataclasses import dataclass, replace
from functools import partial
from itertools import repeat
from typing import Any, NamedTuple, TypeVar

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute

from refnet.graph.model import RESERVED, camel
from refnet.loaders.cells import number, text
from refnet.loaders.check import Reject, Written, rejects, shown
from refnet.loaders.columns import as_series, coded, distinct, has_empty, words
from refnet.loaders.files import Chunk, Opened
from refnet.loaders.files.nested import flat, within
from refnet.loaders.schemas import TABLES
from refnet.loaders.sources.changes import CHANGES, dated
from refnet.loaders.sources.mapping import Condition, LeaveOut, Mapping, Rows, Taken
from refnet.loaders.sources.whole import Found, Part, Whole

Mask = npt.NDArray[np.bool_]
_FIGURES = ("money", "number")
_COMMA = r"[+-]?(?:\d{1,3}(?:\.\d{3})+|\d+),\d{1,2}"
T = TypeVar("T")


def shaped(opened: Opened, mapping: Mapping, rows: Rows) -> tuple[Opened, Whole | None]:
    """An export as if it were a canonical file of the table that `rows` are of, and what all of its rows tell.

    Only canonical columns are in its header that the export has something for: what is not there leaves the graph as
    it is. Warnings are about its own columns only. Lines that are no rows at all are told with the mapping's first rows
    only.
    """
    header = set(opened.columns)
    taken = {
        name: [
            each
            for each in ways
            if each.always is not None or any(_there(c, rows, header) for c in each.columns)
        ]
        for name, ways in rows.columns.items()
    }
    taken = {name: ways for name, ways in taken.items() if ways}
    kept, clashes = _kept(rows, opened.columns, set(taken))
    taken |= {name: [Taken.model_validate({"from": column})] for name, column in kept.items()}
    columns = [*taken, "refunded"] if rows.refunds and "refunded" not in taken else list(taken)
    first = mapping.rows[0] is rows
    # Which rows there are, and what they say, depends on these.
    once, table = rows.once_within, TABLES[rows.table]
    asked = {"currency", "alias", "customer_id", rows.only_with, table.id_column}
    asked |= {*once.same, once.at} if once else set()
    asked |= {"amount", "placed_at", "refunded"} if rows.refunds else set()
    tell = {name: ways for name, ways in taken.items() if name in asked}
    leave_out = [*mapping.leave_out, *rows.leave_out]
    commas = _numbers(mapping) if opened.comma else set[str]()

    def parts() -> Iterator[Part]:
        for chunk in opened.chunks():
            yield _part(_sift(chunk, leave_out, rows, tell, commas), rows)

    whole = Whole(rows, opened.path, parts) if once or rows.refunds else None

    def chunks(names: Sequence[str] = ()) -> Iterator[Chunk]:
        wanted = {name: ways for name, ways in taken.items() if name in names} | tell if names else taken
        found, start = whole.found() if whole is not None else None, 0
        for chunk in opened.chunks():
            sifted = _sift(chunk, leave_out, rows, wanted, commas)
            made = _shape(sifted, rows, wanted, found, start)
            start += len(sifted.made)
            yield made._replace(rejects=[*chunk.rejects, *made.rejects]) if first else made

    said = tuple(f"{opened.short}: {column} is a name that is taken: left out" for column in clashes)
    by = f"{mapping.rows.index(rows)} {mapping.model_dump_json(exclude={'path'})}"
    return replace(opened, columns=columns, chunks=chunks, warnings=said, made=by, part=chunks), whole


def _numbers(mapping: Mapping) -> set[str]:
    """The source's columns that are read as numbers, so that a comma in one is a decimal one where it can be."""
    conditions: list[Condition] = [*mapping.leave_out]
    ways: list[Taken] = []
    for rows in mapping.rows:
        types = {column.name: column.type for column in TABLES[rows.table].columns}
        ways += [
            way for name, several in rows.columns.items() if types.get(name) in _FIGURES for way in several
        ]
        ways += [way for refund in rows.refunds for way in refund.amount]
        conditions += [
            *rows.leave_out,
            *rows.when,
            *(each for refund in rows.refunds for each in refund.when),
        ]
    found = {column for way in ways for column in [*way.columns, *(way.share or [])]}
    return found | {condition.column for condition in conditions if condition.below is not None}


def missing(opened: Opened, rows: Rows) -> list[str]:
    """What the source lacks for these rows: columns of which a required one would be taken, a list they would be in."""
    header = set(opened.columns)
    found = []
    for name in TABLES[rows.table].required:
        columns = [column for each in rows.columns[name] for column in each.columns]
        if columns and not any(_there(column, rows, header) for column in columns):
            found.append(" or ".join(columns))
    if rows.for_each is not None and rows.for_each not in header:
        found.append(rows.for_each)
    return found


def absent(opened: Opened, mapping: Mapping) -> list[str]:
    """Columns of the source that a file has not: those that it is known by, and those that something is taken from."""
    header = set(opened.columns)
    found = [" or ".join(names) for names in mapping.recognised_by if not header.intersection(names)]
    for rows in mapping.rows:
        for ways in rows.columns.values():
            columns = list(dict.fromkeys(column for way in ways for column in way.columns))
            if columns and not any(_there(column, rows, header) for column in columns):
                found.append(" or ".join(columns))
    return list(dict.fromkeys(found))


def _there(column: str, rows: Rows, header: set[str]) -> bool:
    """Whether the header has a column; what is inside a list is only seen in its rows."""
    if column in header or (rows.for_each is not None and column.startswith(f"{rows.for_each}.")):
        return True
    parts = column.split(".")
    return any(".".join(parts[:place]) in header for place in range(1, len(parts)))


def _kept(rows: Rows, columns: Sequence[str], taken: set[str]) -> tuple[dict[str, str], list[str]]:
    """Further columns by pattern: their columns by the name that the * stands for, and those whose name is taken.

    A name that is a canonical column's is that column, if it holds text: a word in it can do no harm there.
    """
    table = TABLES[rows.table]
    used = (
        {camel(name) for name in taken} | {c.property for c in table.columns if c.type != "text"} | RESERVED
    )
    kept: dict[str, str] = {}
    clashes = []
    for pattern in rows.keep:
        form = re.compile(re.escape(pattern).replace(r"\*", "(.+)"))
        for column in columns:
            found = form.fullmatch(column)
            if not found:
                continue
            name = found[1] if found.groups() else column
            if not camel(name) or camel(name) in used:
                clashes.append(column)
                continue
            used.add(camel(name))
            canonical = {c.property: c.name for c in table.columns}
            kept[canonical.get(camel(name), name)] = column
    return kept, clashes


@dataclass
class _Cells:
    """The columns of a chunk as text, each read once; one that is not there is empty."""

    frame: pd.DataFrame
    read: dict[str, Any]
    # Columns of numbers that may have a decimal comma.
    commas: Set[str]

    def __getitem__(self, column: str) -> pd.Series[Any]:
        return self.once(f"column {column}", lambda: self._text(column))

    def _text(self, column: str) -> pd.Series[Any]:
        values = text(self._find(column))
        if column not in self.commas:
            return values
        fits = values.str.fullmatch(_COMMA).fillna(False).astype(bool)
        return (
            CHANGES["decimal_comma"](values.where(fits), values).where(fits, values) if fits.any() else values
        )

    def once(self, name: str, make: Callable[[], T]) -> T:
        """What is called so: made when it is first asked for, also by another table."""
        if name not in self.read:
            self.read[name] = make()
        made: T = self.read[name]
        return made

    def _find(self, column: str) -> pd.Series[Any]:
        if column in self.frame:
            return self.frame[column]
        parts = column.split(".")
        for place in range(len(parts) - 1, 0, -1):
            outer, inner = ".".join(parts[:place]), ".".join(parts[place:])
            if outer in self.frame:
                found = [next(iter(within(value, inner)), None) for value in self.frame[outer].tolist()]
                return pd.Series(found, index=self.frame.index, dtype=object)
        return pd.Series(None, index=self.frame.index, dtype=object)


class _Sifted(NamedTuple):
    """A chunk's rows with their canonical columns.

    Attributes:
        chunk: as it was read.
        cells: its columns.
        numbers: of the rows in the file.
        made, written: their canonical columns, and beside each what was written and in which column.
        wanted: which of them are rows of the table.
        refunds: of each which of the mapping's refunds it is; -1: none.
        out, left: those that are left out, and what is told of them.
    """

    chunk: Chunk
    cells: _Cells
    numbers: npt.NDArray[np.int64]
    made: pd.DataFrame
    written: dict[str, Written]
    wanted: Mask
    refunds: npt.NDArray[np.int8]
    out: list[int]
    left: list[Reject]


def _sift(
    chunk: Chunk,
    leave_out: Sequence[LeaveOut],
    rows: Rows,
    taken: dict[str, list[Taken]],
    commas: Set[str],
) -> _Sifted:
    """Which rows of a chunk are of the table, as far as each of them tells by itself."""
    frame, numbers = chunk.frame.reset_index(drop=True), chunk.rows
    if rows.for_each is not None:
        frame, numbers = _each(frame, numbers, rows.for_each)
    cells = _Cells(frame, chunk.read if rows.for_each is None and chunk.read is not None else {}, commas)
    wanted = _all_hold(cells, rows.when)
    refunds = np.full(len(frame), -1, dtype=np.int8)
    for place, refund in enumerate(rows.refunds):
        refunds[_all_hold(cells, refund.when) & (refunds < 0)] = place
    wanted &= refunds < 0
    made, written = _taken(cells, taken)
    if rows.only_with is not None:
        there = (
            made[rows.only_with].notna() if rows.only_with in made else np.zeros(len(made), dtype=np.bool_)
        )
        wanted &= np.asarray(there, dtype=np.bool_)
    left: list[Reject] = []
    out: list[int] = []
    passed = np.zeros(len(made), dtype=np.bool_)
    for rule in leave_out:
        values = cells[rule.column]
        places = np.flatnonzero((wanted | (refunds >= 0)) & ~passed & holds(values, rule))
        passed[places] = True
        out += places.tolist()
        left += rejects(
            numbers[places], repeat(rule.column), shown(values.iloc[places].tolist()), repeat(rule.reason)
        )
    refunds[passed] = -1
    return _Sifted(chunk, cells, numbers, made, written, wanted & ~passed, refunds, out, left)


def _all_hold(cells: _Cells, conditions: Sequence[Condition]) -> Mask:
    held = np.ones(len(cells.frame), dtype=np.bool_)
    for condition in conditions:
        held &= holds(cells[condition.column], condition)
    return held


def _part(sifted: _Sifted, rows: Rows) -> Part:
    """What all rows of a source are looked at for."""
    made, index = sifted.made, sifted.made.index
    back = np.full(len(made), np.inf)
    of = pd.Series(None, index=index, dtype="str")
    currency = (
        made["currency"].str.upper() if "currency" in made else pd.Series(None, index=index, dtype="str")
    )
    for place, refund in enumerate(rows.refunds):
        here = sifted.refunds == place
        if not here.any():
            continue
        amounts = (
            number(_one_of(sifted.cells, refund.amount, currency, index)[0]).abs().to_numpy(np.float64)
            if refund.amount
            else np.full(len(made), np.inf)
        )
        back[here] = amounts[here]
        if refund.id:
            said = _one_of(sifted.cells, refund.id, currency, index)[0]
        else:
            at = made["placed_at"] if "placed_at" in made else pd.Series("", index=index)
            said = pd.Series(
                [f"{much} {when}" for much, when in zip(back.tolist(), at.tolist(), strict=True)]
            )
        of = of.where(~here, said)
    return Part(made, sifted.wanted, sifted.refunds >= 0, back, of)


def _shape(
    sifted: _Sifted, rows: Rows, taken: dict[str, list[Taken]], found: Found | None, start: int
) -> Chunk:
    """The rows of a chunk as the canonical table's, after what was found of all of them; `start`: rows before it."""
    chunk, made, written, numbers = sifted.chunk, sifted.made, sifted.written, sifted.numbers
    wanted, out, left = sifted.wanted, sifted.out, sifted.left
    stray: list[Reject] = []
    if found is not None and rows.once_within is not None:
        names = [
            [each for way in taken.get(name, []) for each in way.columns] for name in rows.once_within.same
        ]
        called = ", ".join(several[0] for several in names if several)
        first, last = np.searchsorted(found.again, [start, start + len(made)])
        again = found.again[first:last] - start
        wanted[again] = False
        out += again.tolist()
        left += rejects(numbers[again], repeat(called), repeat(""), repeat(rows.once_within.reason))
    if found is not None and rows.refunds:
        stray, applied = _refunds(sifted, found, start)
        out += applied
        left += rejects(numbers[applied], repeat(""), repeat(""), repeat(TAKEN_OFF))
        made = _after_refunds(made, wanted, found)
    if rows.table == "aliases":  # an id is no alias of itself
        wanted &= (made["alias"] != made["customer_id"]).to_numpy(dtype=np.bool_)
    places = np.flatnonzero(wanted)
    if len(places) < len(made):
        made = made.take(places).reset_index(drop=True)
        written = {name: each.of(places) for name, each in written.items()}
    return Chunk(
        made,
        numbers[places],
        stray,
        [left[place] for place in np.argsort(out, kind="stable").tolist()],
        written,
        raw=(chunk.frame, chunk.rows),
        torn=chunk.torn,
    )


TAKEN_OFF = "money given back: taken off its order"


def _refunds(sifted: _Sifted, found: Found, start: int) -> tuple[list[Reject], list[int]]:
    """Rows that take money back from no order that is there, and the places of those that do."""
    places = np.flatnonzero(sifted.refunds >= 0)
    if not len(places):
        return [], []
    why = {place: found.stray[start + place] for place in places.tolist() if start + place in found.stray}
    lost = np.array(list(why), dtype=np.intp)
    named, ids = sifted.written["order_id"].at(lost) if len(lost) else ([], [])
    told = rejects(sifted.numbers[lost], named, shown(ids), why.values())
    return told, [place for place in places.tolist() if place not in why]


def _after_refunds(made: pd.DataFrame, wanted: Mask, found: Found) -> pd.DataFrame:
    """Orders with what other rows take back of them added to what their own say, at most all of it."""
    held = made["refunded"] if "refunded" in made else pd.Series(None, index=made.index, dtype="str")
    ids = made["order_id"]
    hit = np.flatnonzero(wanted & ids.isin(list(found.back)).to_numpy(dtype=np.bool_))
    if len(hit) and "amount" in made:
        amounts, own = number(made["amount"].iloc[hit]), number(held.iloc[hit])
        own = own.where(held.iloc[hit].notna(), 0.0)
        back = np.array([found.back[each] for each in ids.iloc[hit].tolist()])
        after = np.minimum(own.to_numpy(np.float64) + back, amounts.to_numpy(np.float64)).tolist()
        said = held.astype(object).tolist()
        for place, value in zip(hit.tolist(), after, strict=True):
            if not np.isnan(value):  # a cell that is no amount is told as it stands there
                said[place] = repr(value)
        held = pd.Series(said, index=made.index, dtype="str")
    return made.assign(refunded=held)


def _each(
    frame: pd.DataFrame, numbers: npt.NDArray[np.int64], column: str
) -> tuple[pd.DataFrame, npt.NDArray[np.int64]]:
    """A row for each element of a list: its fields as further columns, under the list's name."""
    held: list[Any] = frame[column].tolist() if column in frame else [None] * len(frame)
    lists: list[list[Any]] = [value if isinstance(value, list) else [] for value in held]
    places = np.repeat(np.arange(len(frame)), [len(value) for value in lists])
    inner = [
        flat(each, f"{column}.") if isinstance(each, dict) else {column: each}
        for value in lists
        for each in value
    ]
    outer = frame.drop(columns=[column], errors="ignore").iloc[places].reset_index(drop=True)
    fields = pd.DataFrame(inner, index=outer.index, dtype=object)
    return pd.concat([outer.drop(columns=fields.columns, errors="ignore"), fields], axis=1), numbers[places]


def _taken(cells: _Cells, taken: dict[str, list[Taken]]) -> tuple[pd.DataFrame, dict[str, Written]]:
    """The canonical columns, and beside each what was written and in which column."""
    index = cells.frame.index
    made: dict[str, pd.Series[Any]] = {}
    written: dict[str, Written] = {}
    # Amounts in minor units ask for their row's currency.
    order = sorted(taken, key=lambda name: name != "currency")
    currency = pd.Series(None, index=index, dtype="str")
    for name in order:
        ways = taken[name]
        make = partial(_one_of, cells, ways, currency, index)
        # Who a row is about is asked by several tables; not of amounts, which depend on what its currency is there.
        shared = not any("cents" in way.change for way in ways)
        said = "; ".join(way.model_dump_json() for way in ways)
        made[name], told = cells.once(f"ways {said}", make) if shared else make()
        everyone = " or ".join(dict.fromkeys(c for way in ways for c in way.columns)) or name
        written[name] = Written(everyone, [(called or name, raw, fresh) for called, raw, fresh in told])
        if name == "currency":
            currency = distinct(made[name], lambda codes: codes.str.upper())
    return pd.DataFrame({name: made[name] for name in taken}, index=index), written


def _one_of(
    cells: _Cells, ways: Sequence[Taken], currency: pd.Series[Any], index: pd.Index[Any]
) -> tuple[pd.Series[Any], list[tuple[str, pd.Series[Any], Mask]]]:
    """The first of several ways that gives something, row by row; and of what column's cells it was made by which."""
    values: list[pd.Series[Any]] = []
    told: list[tuple[str, pd.Series[Any], Mask]] = []
    left = np.ones(len(index), dtype=np.bool_)
    for way in ways:
        raw = _raw(cells, way, index)
        values.append(_changed(_share(raw, way, cells), way, currency))
        fresh = left & values[-1].notna().to_numpy(dtype=np.bool_)
        left &= ~fresh
        told.append((" + ".join(way.columns), raw, fresh))
        if not left.any():
            break
    if len(values) == 1:
        return values[0], told
    return as_series(pa.compute.coalesce(*map(words, values)), index), told


def _raw(cells: _Cells, way: Taken, index: pd.Index[Any]) -> pd.Series[Any]:
    raw: pd.Series[Any]
    if way.always is not None:
        raw = pd.Series(way.always, index=index, dtype="str")
    elif way.join is not None:
        first, *others = (words(cells[column]) for column in way.join)
        space = pa.scalar(" ", pa.large_string())
        for other in others:
            both = pa.compute.binary_join_element_wise(first, other, space)
            first = pa.compute.coalesce(both, first, other)
        raw = as_series(first, index)
    else:
        assert way.from_ is not None
        raw = cells[way.from_]
    for condition in way.when:
        held = pa.array(holds(cells[condition.column], condition))
        raw = as_series(pa.compute.if_else(held, words(raw), pa.scalar(None, pa.large_string())), index)
    return raw


def _share(raw: pd.Series[Any], way: Taken, cells: _Cells) -> pd.Series[Any]:
    """Of numbers their share, where there is one; others as they are."""
    if way.share is None:
        return raw
    part, whole = (number(cells[column]) for column in way.share)
    made = number(raw) * part / whole.where(whole != 0)
    return as_series(words(made.map(repr).astype("str")), raw.index).where(made.notna(), raw)


def _changed(raw: pd.Series[Any], way: Taken, currency: pd.Series[Any]) -> pd.Series[Any]:
    value = raw
    for name in way.change:
        value = CHANGES[name](value, currency)
    if way.dated is not None:
        value = dated(value, way.dated)
    if way.choices:
        value = distinct(value, partial(_chosen, way.choices))
    if value is not raw and has_empty(value):
        value = value.where(value != "")
    return way.prefix + value if way.prefix else value


def _chosen(choices: dict[str, str], values: pd.Series[Any]) -> pd.Series[Any]:
    known = {said.lower(): meant for said, meant in choices.items()}
    lower = values.str.lower()
    return lower.map(known).where(lower.isin(list(known)), values)


def holds(values: pd.Series[Any], condition: Condition) -> Mask:
    """Where the text of a column is as a condition says."""
    if condition.empty is not None:
        return (values.isna() == condition.empty).to_numpy(dtype=np.bool_)
    if condition.below is not None:
        return (number(values) < condition.below).to_numpy(dtype=np.bool_)
    said = condition.is_ if condition.is_ is not None else condition.is_not or []
    forms = re.compile("|".join(re.escape(each.lower()).replace(r"\*", ".*") for each in said), re.DOTALL)
    codes, once = coded(values)
    # What is nothing is like the last of them: like none, unless "" is one of them.
    alike = np.array([bool(forms.fullmatch(value.lower())) for value in once.tolist()] + ["" in said])
    found: Mask = alike[codes.fill_null(len(once)).to_numpy(zero_copy_only=False)]
    return found if condition.is_ is not None else ~found
