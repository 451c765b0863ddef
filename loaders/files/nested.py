"""Nested: the records of JSON by column, nested objects as dotted columns; all of a column at once where it goes."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

# Of fewer records looking at them one by one takes less time than looking at their columns.
_MANY = 20

# Records of more different keys, or orders of keys, than that are asked for each key by its name.
_SHAPES = 50

_Shape = tuple[str, ...]


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
    cells: dict[str, list[Any]]
    own: list[str]
    inner: dict[str, tuple[npt.NDArray[np.intp] | None, Level]]


class _Gap:
    """What a record has that has no such key."""


_GAP = _Gap()


def level(records: Sequence[dict[str, Any]]) -> Level:
    """Records of JSON, whose objects are all plain dicts."""
    by_name = _by_key(records)
    cells: dict[str, list[Any]] = {}
    own: list[tuple[tuple[int, int], str]] = []
    inner: list[tuple[tuple[int, int], str, npt.NDArray[np.intp] | None, Level]] = []
    for name, values in by_name.items():
        kinds = set(map(type, values))
        cells[name] = values
        if kinds - {dict, _Gap}:
            own.append((_first_place(records, values, name, nested=False), name))
        if kinds == {dict}:
            cells[name] = [None] * len(values)
            inner.append((_first_place(records, values, name, nested=True), name, None, level(values)))
        elif dict in kinds:
            places = [place for place, value in enumerate(values) if type(value) is dict]
            below = level([values[place] for place in places])
            held = np.array(places, dtype=np.intp)
            inner.append((_first_place(records, values, name, nested=True), name, held, below))
            if kinds <= {dict, _Gap, type(None)}:
                cells[name] = [None] * len(values)
            else:
                cells[name] = [None if type(v) is dict or v is _GAP else v for v in values]
        elif _Gap in kinds:
            cells[name] = [None if v is _GAP else v for v in values]
    own.sort()
    inner.sort(key=lambda each: each[0])
    return Level(
        len(records), cells, [name for _, name in own], {name: (at, below) for _, name, at, below in inner}
    )


def _by_key(records: Sequence[dict[str, Any]]) -> dict[str, list[Any]]:
    """All values by key; a gap where a record has no such key.

    Record by record, as they lie in memory: going through all of them for each key takes several times as long.
    """
    shaped = list(map(tuple, records))
    shapes: dict[_Shape, int] = {}
    for shape in dict.fromkeys(shaped):
        shapes[shape] = len(shapes)
    if len(shapes) == 1:
        return _of_one_shape(records, next(iter(shapes)))
    names = dict.fromkeys(itertools.chain.from_iterable(shapes))
    if len(shapes) > _SHAPES:
        return {name: [record.get(name, _GAP) for record in records] for name in names}
    which = np.fromiter(map(shapes.__getitem__, shaped), np.intp, len(shaped))
    held = {name: np.full(len(records), _GAP, dtype=object) for name in names}
    for shape, number in shapes.items():
        places = np.flatnonzero(which == number)
        for name, values in _of_one_shape([records[place] for place in places.tolist()], shape).items():
            held[name][places] = _objects(values)
    return {name: values.tolist() for name, values in held.items()}


def _of_one_shape(records: Sequence[dict[str, Any]], shape: _Shape) -> dict[str, list[Any]]:
    values = list(itertools.chain.from_iterable(map(dict.values, records)))
    return {name: values[place :: len(shape)] for place, name in enumerate(shape)}


def _first_place(
    records: Sequence[dict[str, Any]], values: Sequence[Any], name: str, *, nested: bool
) -> tuple[int, int]:
    """Which record has the first object, or the first other cell, of a key, and at which of its keys."""
    for place, value in enumerate(values):
        if value is not _GAP and (type(value) is dict) == nested:
            return place, list(records[place]).index(name)
    raise AssertionError(name)


def names_of(levels: Sequence[Level], into: dict[str, None], outer: str = "") -> None:
    """The names of all columns of records in several parts, nested ones dotted, in the order in which they come."""
    below: dict[str, list[Level]] = {}
    for each in levels:
        into.update(dict.fromkeys(outer + name for name in each.own))
        for name, (_, held) in each.inner.items():
            below.setdefault(name, []).append(held)
    for name, parts in below.items():
        names_of(parts, into, f"{outer}{name}.")


def header(records: Sequence[dict[str, Any]], into: dict[str, None], outer: str = "") -> None:
    """The names of all columns of records, as `flat` and `flattened` make them, in the order in which they come."""
    if len(records) >= _MANY:
        names_of([level(records)], into, outer)
        return
    inner: dict[str, list[dict[str, Any]]] = {}
    for record in records:
        for name, value in record.items():
            if type(value) is dict:  # as `json` makes them; isinstance takes twice as long
                inner.setdefault(name, []).append(value)
            else:
                into[outer + name] = None
    for name, nested in inner.items():
        header(nested, into, f"{outer}{name}.")


def flattened(held: Level, outer: str = "") -> dict[str, list[Any]]:
    """The cells of records by column, nested objects as dotted names; None where a record has no such cell."""
    found: dict[str, list[Any]] = {}
    for name, values in held.cells.items():
        made: dict[str, list[Any]] = {}
        if name in held.inner:
            places, below = held.inner[name]
            made = flattened(below, f"{outer}{name}.")
            if places is not None:
                made = {column: _spread(cells, places, held.count) for column, cells in made.items()}
        made[outer + name] = values
        for column, cells in made.items():
            before = found.get(column)
            found[column] = cells if before is None else _first(cells, before)
    return found


def _spread(cells: Sequence[Any], places: npt.NDArray[np.intp], count: int) -> list[Any]:
    """Cells at their places among so many; None at all others."""
    held = np.full(count, None, dtype=object)
    held[places] = _objects(cells)
    return held.tolist()


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


def plain(records: Sequence[dict[str, Any]]) -> dict[str, list[Any]]:
    """The cells of records by column, nested values as they are."""
    return {
        name: [None if value is _GAP else value for value in values]
        for name, values in _by_key(records).items()
    }


def _first(cells: list[Any], other: list[Any]) -> list[Any]:
    """Each cell, or where there is none the other: a record may write one column in two ways."""
    return [o if cell is None else cell for cell, o in zip(cells, other, strict=True)]


def flat(record: dict[str, Any], outer: str = "") -> dict[str, Any]:
    """Nested objects as dotted names, all of them in `outer`."""
    found: dict[str, Any] = {}
    for name, value in record.items():
        if isinstance(value, dict):
            found.update(flat(value, f"{outer}{name}."))
        else:
            found[outer + name] = value
    return found
