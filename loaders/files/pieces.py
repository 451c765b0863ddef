"""Pieces: the records of one JSON document, some hundred at a time, so that they are never all there as objects.

As such they take some ten times what they take in the file, and looking at those that have just been made takes less
time than going through all of them again.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Generator, Iterator
from typing import Any

# Characters of a piece: fewer would have more of them to be put together again.
_PIECE = 1_000_000

_RECORDS = 500

# Where one record may end, and the next one begin.
_BETWEEN = re.compile(r"\}\s*,\s*(?=\{)")

_SPACE = re.compile(r"[ \t\n\r]*")
_DECODER = json.JSONDecoder()


def pieces(text: str, places: Collection[str]) -> Iterator[tuple[str | None, list[Any]]]:
    """Records, each time with the place that they are at.

    The elements of a list are at ''. Of an object's lists those that are asked for come in pieces; and in the end the
    object itself, these lists empty in it, at None.

    Raises:
        ValueError: it is no JSON; or better read as a whole.
        RecursionError: it is nested too deeply.
    """
    at = _next(text, 0)
    if text[at : at + 1] == "[":
        for part, end in _elements(text, at + 1):
            at = end
            yield "", part
    else:
        whole, at = yield from _members(text, at, places, "")
        yield None, [whole]
    if _next(text, at) != len(text):
        raise ValueError("something comes after it")


def _members(
    text: str, at: int, places: Collection[str], outer: str
) -> Generator[tuple[str | None, list[Any]], None, tuple[dict[str, Any], int]]:
    """Those of an object, each parsed as it comes; what is left of it, and where it ends."""
    _expect(text, at, "{")
    left: dict[str, Any] = {}
    at = _next(text, at + 1)
    more = text[at : at + 1] != "}"
    while more:
        _expect(text, at, '"')
        name, at = _DECODER.raw_decode(text, at)
        at = _next(text, at)
        _expect(text, at, ":")
        at = _next(text, at + 1)
        mark, place = text[at : at + 1], f"{outer}{name}"
        inside = [each[len(place) + 1 :] for each in places if each.startswith(f"{place}.")]
        # No place is called so: '' is the document.
        asked = place in places and name != ""
        if name in left or "." in name or (asked and any(each[:1].isdecimal() for each in inside)):
            raise ValueError("it may be asked for in two ways")
        if mark == "[" and asked:
            left[name] = []
            for part, end in _elements(text, at + 1):
                at = end
                yield place, part
        elif mark == "{" and inside and name:
            left[name], at = yield from _members(text, at, places, f"{place}.")
        else:
            left[name], at = _DECODER.raw_decode(text, at)
        at = _next(text, at)
        more = text[at : at + 1] == ","
        if more:
            at = _next(text, at + 1)
    _expect(text, at, "}")
    return left, at + 1


def _elements(text: str, at: int) -> Iterator[tuple[list[Any], int]]:
    """Those of a list, some at a time, and where these end.

    The text is cut where a record may end. What is before is parsed as a list of its own, which it is only if the cut
    is between two elements of this one: else its brackets do not match, or it ends inside a text. If it is none, all
    that follows is read record by record.
    """
    while cut := _BETWEEN.search(text, at + _PIECE):
        try:
            part = json.loads(f"[{text[at : cut.start() + 1]}]")
        except ValueError:
            break
        at = cut.end()
        yield part, at
    at, part = _next(text, at), []
    more = text[at : at + 1] != "]"
    while more:
        each, at = _DECODER.raw_decode(text, at)
        part.append(each)
        at = _next(text, at)
        more = text[at : at + 1] == ","
        if more:
            at = _next(text, at + 1)
        if len(part) == _RECORDS:
            yield part, at
            part = []
    _expect(text, at, "]")
    yield part, at + 1


def _next(text: str, at: int) -> int:
    """Where something comes that is no space."""
    found = _SPACE.match(text, at)
    return found.end() if found else at


def _expect(text: str, at: int, mark: str) -> None:
    if text[at : at + 1] != mark:
        raise ValueError(f"there is no {mark} at {at}")
