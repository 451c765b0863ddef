"""Nested: the records of JSON by column, nested objects as dotted columns; all of a column at once where it goes."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute

# Records of more different keys, or orders of keys, than that are asked for each key by its name.
_SHAPES = 50

Cells: TypeAlias = "list[Any] | pa.Array"
"""Of a column: as arrow's text where all is text or nothing, which is little to keep and quick to go on with."""

_Shape = tuple[str, ...]
_Place = tuple[int, int]
_Mask = npt.NDArray[np.bool_]


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


@dataclass(frozen=True)
class _Column:
    """What records have under a key.

    Attributes:
        cells: what they have, None where a record has no such key.
        first: which record has the key first, and at which place among its keys.
        absent: which records have no such key; None: none of them.
    """

    cells: Cells
    first: _Place
    absent: _Mask | None


class _Gap:
    """What a record has that has no such key."""


_GAP = _Gap()


def level(records: Sequence[dict[str, Any]]) -> Level:
    """Records of JSON, whose objects are all plain dicts."""
    cells: dict[str, Cells] = {}
    own: list[tuple[_Place, str]] = []
    inner: list[tuple[_Place, str, npt.NDArray[np.intp] | None, Level]] = []
    for name, column in _by_key(records).items():
        values = cells[name] = column.cells
        kinds = set(map(type, values)) if isinstance(values, list) else set()
        if not isinstance(values, list) or dict not in kinds:
            own.append((column.first, name))
            continue
        if kinds == {dict}:
            inner.append((column.first, name, None, level(values)))
        else:
            at = [place for place, value in enumerate(values) if type(value) is dict]
            held = np.array(at, dtype=np.intp)
            below = level([values[place] for place in at])
            inner.append((_place(records, at[0], name), name, held, below))
            there = np.ones(len(values), dtype=np.bool_) if column.absent is None else ~column.absent
            there[held] = False
            if there.any():
                own.append((_place(records, int(there.argmax()), name), name))
        rest = kinds - {dict, type(None)}
        cells[name] = (
            [None if type(v) is dict else v for v in values] if rest else _text([None] * len(values))
        )
    own.sort()
    inner.sort(key=lambda each: each[0])
    return Level(
        len(records), cells, [name for _, name in own], {name: (at, below) for _, name, at, below in inner}
    )


def _place(records: Sequence[dict[str, Any]], record: int, name: str) -> _Place:
    return record, list(records[record]).index(name)


def _by_key(records: Sequence[dict[str, Any]]) -> dict[str, _Column]:
    """All values by key.

    Record by record, as they lie in memory: going through all of them for each key takes several times as long.
    """
    shaped = list(map(tuple, records))
    shapes: dict[_Shape, int] = {}
    for shape in dict.fromkeys(shaped):
        shapes[shape] = len(shapes)
    if not shapes:
        return {}
    if len(shapes) == 1:
        shape = next(iter(shapes))
        return {
            name: _Column(_text(values), (0, place), None)
            for place, (name, values) in enumerate(_of_one_shape(records, shape).items())
        }
    if len(shapes) > _SHAPES:
        return {name: _asked(records, name) for name in dict.fromkeys(itertools.chain.from_iterable(shapes))}
    return _of_shapes(records, shapes, np.fromiter(map(shapes.__getitem__, shaped), np.intp, len(shaped)))


def _of_shapes(
    records: Sequence[dict[str, Any]], shapes: dict[_Shape, int], which: npt.NDArray[np.intp]
) -> dict[str, _Column]:
    """All values by key of records of several shapes: of one shape after the other, then put in their order."""
    order = np.argsort(which, kind="stable")
    back = np.empty(len(order), dtype=np.intp)
    back[order] = np.arange(len(order))
    counts = np.bincount(which, minlength=len(shapes)).tolist()
    starts = [0, *itertools.accumulate(counts)]
    firsts = order[starts[:-1]].tolist()
    grouped = list(_picked(records, order))
    parts = [_of_one_shape(grouped[starts[n] : starts[n + 1]], shape) for shape, n in shapes.items()]
    found: dict[str, _Column] = {}
    for name in dict.fromkeys(itertools.chain.from_iterable(shapes)):
        values: list[Any] = []
        for part, count in zip(parts, counts, strict=True):
            values += part.get(name) or [None] * count
        has = np.array([name in part for part in parts], dtype=np.bool_)
        shape = next(shape for shape in shapes if name in shape)
        cells = _text(values)
        found[name] = _Column(
            list(_picked(cells, back)) if isinstance(cells, list) else cells.take(pa.array(back)),
            (firsts[shapes[shape]], shape.index(name)),
            None if has.all() else ~has[which],
        )
    return found


def _picked(values: Sequence[Any], places: npt.NDArray[np.intp]) -> Iterable[Any]:
    return itemgetter(*places.tolist())(values)  # type: ignore[no-any-return]  # of one place it would be no tuple


def _of_one_shape(records: Sequence[dict[str, Any]], shape: _Shape) -> dict[str, list[Any]]:
    values = list(itertools.chain.from_iterable(map(dict.values, records)))
    return {name: values[place :: len(shape)] for place, name in enumerate(shape)}


def _asked(records: Sequence[dict[str, Any]], name: str) -> _Column:
    """What each record has under a key, where hardly two have the same keys."""
    values = [record.get(name, _GAP) for record in records]
    absent = np.fromiter((value is _GAP for value in values), np.bool_, len(values))
    first = _place(records, int((~absent).argmax()), name)
    return _Column(_text([None if value is _GAP else value for value in values]), first, absent)


def _text(values: list[Any]) -> Cells:
    """Cells as arrow's text, where they are text."""
    if isinstance(next((value for value in values if value is not None), ""), str):
        try:
            return pa.array(values, pa.large_string())
        except (pa.ArrowException, TypeError, UnicodeError):
            pass  # something else comes later; half of a character
    return values


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
    """The cells of records by column, nested objects as dotted names; None where a record has no such cell."""
    found: dict[str, Cells] = {}
    for name, values in held.cells.items():
        made: dict[str, Cells] = {}
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
    return {name: column.cells for name, column in _by_key(records).items()}


def _first(cells: Cells, other: Cells) -> Cells:
    """Each cell, or where there is none the other: a record may write one column in two ways."""
    if not isinstance(cells, list) and not isinstance(other, list):
        return pa.compute.coalesce(cells, other)
    return [o if cell is None else cell for cell, o in zip(listed(cells), listed(other), strict=True)]


def together(parts: Sequence[dict[str, Cells]], counts: Sequence[int]) -> dict[str, Cells]:
    """The cells of records in several parts, of so many each, by column."""
    found: dict[str, Cells] = {}
    for name in dict.fromkeys(itertools.chain.from_iterable(parts)):
        several = [part.get(name) for part in parts]
        if any(isinstance(cells, list) for cells in several):
            found[name] = [
                cell
                for cells, count in zip(several, counts, strict=True)
                for cell in ([None] * count if cells is None else listed(cells))
            ]
        else:
            none = (pa.nulls(count, pa.large_string()) for count in counts)
            found[name] = pa.concat_arrays(
                [empty if cells is None else cells for cells, empty in zip(several, none, strict=True)]
            )
    return found


def listed(cells: Cells) -> list[Any]:
    """Cells as Python's."""
    return cells if isinstance(cells, list) else cells.to_numpy(zero_copy_only=False).tolist()


def flat(record: dict[str, Any], outer: str = "") -> dict[str, Any]:
    """Nested objects as dotted names, all of them in `outer`."""
    found: dict[str, Any] = {}
    for name, value in record.items():
        if isinstance(value, dict):
            found.update(flat(value, f"{outer}{name}."))
        else:
            found[outer + name] = value
    return found
