"""Nested: the records of JSON by column, nested objects as dotted columns; all of a column at once where it goes."""

from __future__ import annotations

import itertools
import operator
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

# Of fewer records looking at them one by one takes less time than looking at their columns.
_MANY = 20


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


def header(records: Sequence[dict[str, Any]], into: dict[str, None], outer: str = "") -> None:
    """The names of all columns of records, as `flat` and `columns_of` make them, in the order in which they come."""
    if len(records) < _MANY:
        _header_of_few(records, into, outer)
        return
    own: list[tuple[tuple[int, int], str]] = []
    inner: list[tuple[tuple[int, int], str, list[Any]]] = []
    shapes = _shapes(records)
    for name in _names(shapes):
        values = _cells(records, name, shapes, _GAP)
        kinds = set(map(type, values))
        if kinds - {dict, _Gap}:
            own.append((_first_place(records, values, name, nested=False), name))
        if dict in kinds:
            inner.append((_first_place(records, values, name, nested=True), name, values))
    into.update(dict.fromkeys(outer + name for _, name in sorted(own)))
    for _, name, values in sorted(inner, key=lambda each: each[0]):
        header([value for value in values if type(value) is dict], into, f"{outer}{name}.")


def _header_of_few(records: Iterable[dict[str, Any]], into: dict[str, None], outer: str) -> None:
    inner: dict[str, list[dict[str, Any]]] = {}
    for record in records:
        for name, value in record.items():
            if type(value) is dict:  # as `json` makes them; isinstance takes twice as long
                inner.setdefault(name, []).append(value)
            else:
                into[outer + name] = None
    for name, nested in inner.items():
        header(nested, into, f"{outer}{name}.")


class _Gap:
    """What a record has that has no such key."""


_GAP = _Gap()


def _first_place(
    records: Sequence[dict[str, Any]], values: Sequence[Any], name: str, *, nested: bool
) -> tuple[int, int]:
    """Which record has the first object, or the first other cell, of a column, and at which of its keys."""
    for place, value in enumerate(values):
        if type(value) is not _Gap and (type(value) is dict) == nested:
            return place, list(records[place]).index(name)
    raise AssertionError(name)


def _shapes(records: Sequence[dict[str, Any]]) -> list[tuple[str, ...]]:
    """The keys of records, each order of them once: mostly there is one, or a few."""
    return list(dict.fromkeys(map(tuple, records)))


def _names(shapes: Iterable[tuple[str, ...]]) -> dict[str, None]:
    """All keys, in the order in which they come."""
    return dict.fromkeys(itertools.chain.from_iterable(shapes))


def _cells(
    records: Sequence[dict[str, Any]], name: str, shapes: Sequence[tuple[str, ...]], gap: Any
) -> list[Any]:
    """One key's values; a gap where a record has no such key."""
    if all(name in shape for shape in shapes):
        return list(map(operator.itemgetter(name), records))
    return [record.get(name, gap) for record in records]


def columns_of(records: Sequence[dict[str, Any]], outer: str = "") -> dict[str, list[Any]]:
    """The cells of records by column, nested objects as dotted names; None where a record has no such cell."""
    found: dict[str, list[Any]] = {}
    shapes = _shapes(records)
    for name in _names(shapes):
        values = _cells(records, name, shapes, None)
        made = {outer + name: values}
        kinds = set(map(type, values))
        if dict in kinds:
            if kinds == {dict}:
                made = columns_of(values, f"{outer}{name}.")
                made[outer + name] = [None] * len(values)
            else:
                made = _spread(values, f"{outer}{name}.")
                made[outer + name] = [None if isinstance(value, dict) else value for value in values]
        for column, cells in made.items():
            before = found.get(column)
            found[column] = cells if before is None else _first(cells, before)
    return found


def _spread(values: Sequence[Any], outer: str) -> dict[str, list[Any]]:
    """The columns of those of some cells that are objects; None where a cell is none."""
    places = np.array([isinstance(value, dict) for value in values])
    nested = columns_of([value for value in values if isinstance(value, dict)], outer)
    spread: dict[str, list[Any]] = {}
    for name, cells in nested.items():
        held = np.full(len(values), None, dtype=object)
        held[places] = _objects(cells)
        spread[name] = held.tolist()
    return spread


def _objects(cells: Sequence[Any]) -> npt.NDArray[np.object_]:
    """Cells as an array of what they are, lists as well."""
    held = np.empty(len(cells), dtype=object)
    held[:] = cells
    return held


def plain(records: Sequence[dict[str, Any]]) -> dict[str, list[Any]]:
    """The cells of records by column, nested values as they are."""
    shapes = _shapes(records)
    return {name: _cells(records, name, shapes, None) for name in _names(shapes)}


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
