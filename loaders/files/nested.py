"""Nested: the records of JSON by column, nested objects as dotted columns; all of a column at once where it goes."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute

Cells: TypeAlias = "list[Any] | pa.Array"
"""Of a column: arrow's where all is text or nothing, or all whole numbers: little to keep and quick to go on with."""

_Place = tuple[int, int]
_NONE: dict[str, Any] = {}


@dataclass(frozen=True)
class Level:
    """Some records by column, and the objects in them likewise, to any depth.

    Attributes:
        count: of the records.
        cells: what they have by key, in the order in which keys come; None where it is an object or is not there.
        own: the keys that have something else than objects, in the order in which these come.
        inner: the keys that have objects, in the order in which these come: whose they are (None: all records'), and
            they themselves.
    """

    count: int
    cells: dict[str, Cells]
    own: list[str]
    inner: dict[str, tuple[npt.NDArray[np.intp] | None, Level]]

    def names(self) -> Level:
        """What `names_of` asks for, without the cells."""
        return Level(
            0, {}, self.own, {name: (None, below.names()) for name, (_, below) in self.inner.items()}
        )


def level(records: Sequence[dict[str, Any]]) -> Level:
    """Records of JSON, whose objects are all plain dicts."""
    cells: dict[str, Cells] = {}
    own: list[tuple[_Place, str]] = []
    inner: list[tuple[_Place, str, npt.NDArray[np.intp] | None, Level]] = []
    for name, values in _by_key(records).items():
        cells[name] = values
        kinds = set(map(type, values)) if isinstance(values, list) else set()
        if kinds == {dict}:
            inner.append((_place(records, 0, name), name, None, level(values)))
            cells[name] = pa.nulls(len(values), pa.large_string())
        elif dict in kinds:
            at = [place for place, value in enumerate(values) if type(value) is dict]
            below = level([values[place] for place in at])
            inner.append((_place(records, at[0], name), name, np.array(at, dtype=np.intp), below))
            cells[name] = _packed([None if type(value) is dict else value for value in values])
        if kinds != {dict} and (first := _first_own(records, name)) is not None:
            own.append((_place(records, first, name), name))
    own.sort()
    inner.sort(key=lambda each: each[0])
    return Level(
        len(records), cells, [name for _, name in own], {name: (at, below) for _, name, at, below in inner}
    )


def _first_own(records: Sequence[dict[str, Any]], name: str) -> int | None:
    """The first record that has something else than an object under a key."""
    having = (place for place, record in enumerate(records) if type(record.get(name, _NONE)) is not dict)
    return next(having, None)


def _place(records: Sequence[dict[str, Any]], record: int, name: str) -> _Place:
    return record, list(records[record]).index(name)


def _by_key(records: Sequence[dict[str, Any]]) -> dict[str, Cells]:
    """All values by key, in the order in which keys come; None where a record has no such key."""
    keys = list(itertools.chain.from_iterable(records))
    names = list(records[0]) if records else []
    if keys == names * len(records):
        # All have the same keys in the same order, and need not be asked for each of them.
        values = list(itertools.chain.from_iterable(map(dict.values, records)))
        return {name: _packed(values[place :: len(names)]) for place, name in enumerate(names)}
    return {name: _packed([record.get(name) for record in records]) for name in dict.fromkeys(keys)}


def _packed(values: list[Any]) -> Cells:
    """Cells as arrow's text or whole numbers, where they are such."""
    try:
        return pa.array(values, pa.large_string())
    except (pa.ArrowException, TypeError, UnicodeError):
        pass  # something else is among them; half of a character
    try:
        return pa.array(values, pa.int64()) if set(map(type, values)) <= {int, type(None)} else values
    except (pa.ArrowException, OverflowError):
        return values  # a number of twenty digits


def names_of(levels: Sequence[Level], into: dict[str, None], outer: str = "") -> None:
    """The names of all columns of records in several parts, nested ones dotted, in the order in which they come."""
    below: dict[str, list[Level]] = {}
    for each in levels:
        into.update(dict.fromkeys(outer + name for name in each.own))
        for name, (_, held) in each.inner.items():
            below.setdefault(name, []).append(held)
    for name, parts in below.items():
        names_of(parts, into, f"{outer}{name}.")


def flattened(held: Level, outer: str = "") -> dict[str, Cells]:
    """The cells of records by column, nested objects as dotted names; None where a record has no such cell.

    A record may write one column in several ways, as "a.b" and as b of a: the longest name holds that has something.
    """
    ways: dict[str, list[tuple[int, Cells]]] = {}
    for name, values in held.cells.items():
        made: dict[str, Cells] = {}
        if name in held.inner:
            places, below = held.inner[name]
            made = flattened(below, f"{outer}{name}.")
            if places is not None:
                made = {column: _spread(cells, places, held.count) for column, cells in made.items()}
        made[outer + name] = values
        for column, cells in made.items():
            ways.setdefault(column, []).append((len(name), cells))
    return {column: _longest(several) for column, several in ways.items()}


def _longest(ways: list[tuple[int, Cells]]) -> Cells:
    cells, *others = (cells for _, cells in sorted(ways, key=lambda way: -way[0]))
    for other in others:
        cells = _first(cells, other)
    return cells


def _spread(cells: Cells, places: npt.NDArray[np.intp], count: int) -> Cells:
    """Cells at their places among so many; None at all others."""
    if isinstance(cells, list):
        held = np.full(count, None, dtype=object)
        held[places] = _objects(cells)
        return held.tolist()
    whose = np.full(count, -1, dtype=np.int64)
    whose[places] = np.arange(len(places))
    return cells.take(pa.array(whose, mask=whose < 0))


def _objects(cells: Sequence[Any]) -> npt.NDArray[np.object_]:
    """Cells as an array of what they are, lists as well."""
    held = np.empty(len(cells), dtype=object)
    held[:] = cells
    return held


def within(value: Any, at: str) -> list[Any]:
    """What is at a dotted path: the elements of a list, else the one value; nothing where there is none."""
    for name in filter(None, at.split(".")):
        if isinstance(value, list) and name.isdecimal():
            value = value[int(name)] if int(name) < len(value) else None
        else:
            value = value.get(name) if isinstance(value, dict) else None
    if not at:
        return [value]
    return value if isinstance(value, list) else [] if value is None else [value]


def plain(records: Sequence[dict[str, Any]]) -> dict[str, Cells]:
    """The cells of records by column, nested values as they are."""
    return _by_key(records)


def _first(cells: Cells, other: Cells) -> Cells:
    """Each cell, or where there is none the other."""
    if not isinstance(cells, list) and not isinstance(other, list):
        kind = _kind([cells, other])
        if kind is not None:
            return pa.compute.coalesce(_of_kind(cells, kind), _of_kind(other, kind))
    return [o if cell is None else cell for cell, o in zip(listed(cells), listed(other), strict=True)]


def together(parts: Sequence[dict[str, Cells]], counts: Sequence[int]) -> dict[str, Cells]:
    """The cells of records in several parts, of so many each, by column."""
    found: dict[str, Cells] = {}
    for name in dict.fromkeys(itertools.chain.from_iterable(parts)):
        none = (pa.nulls(count, pa.large_string()) for count in counts)
        several = [part.get(name, empty) for part, empty in zip(parts, none, strict=True)]
        kind = _kind(several)
        if kind is None:
            found[name] = list(itertools.chain.from_iterable(map(listed, several)))
        else:
            found[name] = pa.concat_arrays([_of_kind(cells, kind) for cells in several])
    return found


def _kind(several: Sequence[Cells]) -> pa.DataType | None:
    """The one kind that all cells are of that say anything; None: of several, or Python's own."""
    kinds = {
        None if isinstance(c, list) else c.type
        for c in several
        if isinstance(c, list) or len(c) > c.null_count
    }
    return kinds.pop() if len(kinds) == 1 else None if kinds else pa.large_string()


def _of_kind(cells: pa.Array, kind: pa.DataType) -> pa.Array:
    """Cells that are of this kind, or say nothing."""
    return cells if cells.type == kind else pa.nulls(len(cells), kind)


def listed(cells: Cells) -> list[Any]:
    """Cells as Python's."""
    if isinstance(cells, list):
        return cells
    # Through numpy it is quicker, but a whole number beside nothing would be a float.
    whole = pa.types.is_integer(cells.type)
    held: list[Any] = cells.to_pylist() if whole else cells.to_numpy(zero_copy_only=False).tolist()
    return held


def flat(record: dict[str, Any], outer: str = "") -> dict[str, Any]:
    """Nested objects as dotted names, all of them in `outer`; one written in several ways as `flattened` says."""
    found: dict[str, Any] = {}
    by: dict[str, int] = {}
    for name, value in record.items():
        made = flat(value, f"{outer}{name}.") if isinstance(value, dict) else {outer + name: value}
        for column, cell in made.items():
            if found.get(column) is None or (cell is not None and len(name) > by[column]):
                found[column], by[column] = cell, len(name)
    return found
