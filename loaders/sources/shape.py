"""Shape: the rows of an export as rows of a canonical table, as its mapping says."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass, replace
from itertools import repeat
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from refnet.graph.model import RESERVED, camel
from refnet.loaders.cells import number
from refnet.loaders.check import Reject, Written, rejects, shown
from refnet.loaders.files import Chunk, Opened
from refnet.loaders.files.nested import flat
from refnet.loaders.schemas import REFUNDS, TABLES
from refnet.loaders.sources.mapping import Condition, LeaveOut, Mapping, Rows, Taken
from refnet.loaders.sources.taking import Cells, all_hold, holds, one_of, taken_columns

Mask = npt.NDArray[np.bool_]
_FIGURES = ("money", "number")


@dataclass
class Among:
    """What a file's orders have told of refunds among them, once all of them were read."""

    none: bool = False


def shaped(opened: Opened, mapping: Mapping, rows: Rows, among: Among | None = None) -> tuple[Opened, Among]:
    """An export as if it were a canonical file of the table that `rows` are of, and what its rows tell of refunds.

    Only canonical columns are in its header that the export has something for: what is not there leaves the graph as
    it is. Warnings are about its own columns only. Lines that are no rows at all are told with the mapping's first rows
    only. Of refunds, `among` tells whether there are any among the orders.
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
    first = mapping.rows[0] is rows
    # Which rows there are, and what they say, depends on these.
    asked = ("currency", "alias", "customer_id", rows.only_with)
    tell = {name: ways for name, ways in taken.items() if name in asked}
    leave_out = [*mapping.leave_out, *rows.leave_out]
    commas = _numbers(mapping) if opened.comma else set[str]()
    told = Among()

    def chunks(names: Sequence[str] = ()) -> Iterator[Chunk]:
        if among is not None and among.none:
            return  # it is not read once more for none
        wanted = {name: ways for name, ways in taken.items() if name in names} | tell if names else taken
        refunds = 0
        for chunk in opened.chunks():
            sifted = _sift(chunk, leave_out, rows, wanted, commas)
            refunds += int((sifted.refunds >= 0).sum())
            made = _shape(sifted, rows)
            yield made._replace(rejects=sifted.chunk.rejects) if first else made
        told.none = not refunds

    said = tuple(f"{opened.short}: {column} is a name that is taken: left out" for column in clashes)
    by = f"{mapping.rows.index(rows)} {mapping.model_dump_json(exclude={'path'})}"
    return replace(opened, columns=list(taken), chunks=chunks, warnings=said, made=by, part=chunks), told


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


class _Sifted(NamedTuple):
    """A chunk's rows with their canonical columns.

    Attributes:
        chunk: as it was read.
        numbers: of the rows in the file.
        made, written: their canonical columns, and beside each what was written and in which column.
        wanted: which of them are rows of the table.
        refunds: of each which of the mapping's refunds it is; -1: none.
        out, left: those that are left out, and what is told of them.
    """

    chunk: Chunk
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
    """Which rows of a chunk are of the table."""
    frame, numbers = chunk.frame.reset_index(drop=True), chunk.rows
    if rows.for_each is not None:
        frame, numbers = _each(frame, numbers, rows.for_each)
    cells = Cells(frame, commas)
    refunds = np.full(len(frame), -1, dtype=np.int8)
    for place, refund in enumerate(rows.refunds):
        refunds[all_hold(cells, refund.when) & (refunds < 0)] = place
    made, written = taken_columns(cells, taken)
    if rows.table == REFUNDS.name and rows.refunds:
        wanted = refunds >= 0
        _tell_refunds(cells, rows, refunds, made, written)
    else:
        wanted = all_hold(cells, rows.when) & (refunds < 0)
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
        places = places[wanted[places]]
        out += places.tolist()
        left += rejects(
            numbers[places], repeat(rule.column), shown(values.iloc[places].tolist()), repeat(rule.reason)
        )
    refunds[passed] = -1
    return _Sifted(chunk, numbers, made, written, wanted & ~passed, refunds, out, left)


def _tell_refunds(
    cells: Cells,
    rows: Rows,
    refunds: npt.NDArray[np.int8],
    made: pd.DataFrame,
    written: dict[str, Written],
) -> None:
    """Put in what rows say as the refunds that they are: each in its own way, not in any that says something."""
    told = {"refund_id": [each.id for each in rows.refunds], "amount": [each.amount for each in rows.refunds]}
    for name, several in told.items():
        if name not in made:
            continue
        values, ways = _by_refund(cells, several, refunds, made)
        made[name] = _unsigned(values) if name == "amount" else values
        written[name] = Written(written[name].everyone, ways)
    if "whole" in made:
        whole = [place for place, each in enumerate(rows.refunds) if not each.amount]
        made["whole"] = made["whole"].where(np.isin(refunds, whole))


def _unsigned(values: pd.Series[Any]) -> pd.Series[Any]:
    amounts = number(values)
    return values.where(~(amounts < 0), (-amounts).map(repr).astype("str"))


def _by_refund(
    cells: Cells, several: Sequence[list[Taken]], refunds: npt.NDArray[np.int8], made: pd.DataFrame
) -> tuple[pd.Series[Any], list[tuple[str, pd.Series[Any], Mask]]]:
    """Of each row what the ways of the refund that it is give, and of what it was made."""
    index = made.index
    none = pd.Series(None, index=index, dtype="str")
    currency = made["currency"].str.upper() if "currency" in made else none
    values = none
    told: list[tuple[str, pd.Series[Any], Mask]] = []
    for place, ways in enumerate(several):
        here = refunds == place
        if ways and here.any():
            said, of = one_of(cells, ways, currency, index)
            values = values.where(~here, said)
            told += [(called, raw, fresh & here) for called, raw, fresh in of]
    return values, told


def _shape(sifted: _Sifted, rows: Rows) -> Chunk:
    """The rows of a chunk as the canonical table's."""
    chunk, made, written, numbers = sifted.chunk, sifted.made, sifted.written, sifted.numbers
    wanted, out, left = sifted.wanted, sifted.out, sifted.left
    if rows.table == "aliases":  # an id is no alias of itself
        wanted &= (made["alias"] != made["customer_id"]).to_numpy(dtype=np.bool_)
    places = np.flatnonzero(wanted)
    if len(places) < len(made):
        made = made.take(places).reset_index(drop=True)
        written = {name: each.of(places) for name, each in written.items()}
    return Chunk(
        made,
        numbers[places],
        [],
        [left[place] for place in np.argsort(out, kind="stable").tolist()],
        written,
        raw=(chunk.frame, chunk.rows),
        torn=chunk.torn,
    )


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
