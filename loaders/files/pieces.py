"""Pieces: the records of one JSON document, some hundred at a time, so that they are never all there as objects.

As such they take some ten times what they take in the file, and looking at those that have just been made takes less
time than going through all of them again.
"""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Collection, Generator, Iterator
from typing import IO, Any

from pydantic_core import from_json

# Characters of a piece: fewer would have more of them to be put together again.
PIECE = 1_000_000

_RECORDS = 500

# Where one record may end, and the next one begin.
_BETWEEN = re.compile(r"\}\s*,\s*(?=\{)")

# An escape of the range that only pairs of them make characters of.
HALF = re.compile(r"\\u[dD][89a-fA-F]")

_SPACE = re.compile(r"[ \t\n\r]*")
_DECODER = json.JSONDecoder()


def parsed(text: str) -> Any:
    """JSON as Python's own reader has it, in two thirds of its time.

    Raises:
        ValueError: it is no JSON.
        RecursionError: it is nested too deeply.
    """
    try:
        return from_json(text, cache_strings="keys")
    except ValueError:  # also for half of a character, and what is nested some hundred times
        return json.loads(text)


def is_sound(text: str) -> bool:
    """Whether none of what JSON writes can be half of a character, by what it looks like."""
    return "\\u" not in text or not HALF.search(text)


def pieces(file: IO[bytes], places: Collection[str]) -> Iterator[tuple[str | None, list[Any], bool]]:
    """Records, each time with the place that they are at, and whether all of their text is known to be text.

    The elements of a list are at ''. Of an object's lists those that are asked for come in pieces; and in the end the
    object itself, these lists empty in it, at None. No more than a few pieces of a long list are in memory.

    Raises:
        ValueError: it is no JSON; or better read as a whole.
        RecursionError: it is nested too deeply.
    """
    text = _Text(file)
    if text.mark() == "[":
        text.at += 1
        for part in _elements(text):
            yield "", part, text.sound
    else:
        whole = yield from _members(text, places, "")
        yield None, [whole], text.sound
    if text.mark():
        raise ValueError("something comes after it")


class _Text:
    """A file's text from somewhere on, as far as it has been needed.

    Attributes:
        held: what there is of it.
        at: where in this it goes on.
        sound: whether all that was read is known to be text.
    """

    def __init__(self, file: IO[bytes]) -> None:
        self.held, self.at, self.sound = "", 0, True
        self._file, self._left = file, True
        self._decoder = codecs.getincrementaldecoder("utf-8-sig")()

    def more(self, size: int = -1) -> bool:
        """Read on, so many bytes or all that is left; whether there was anything."""
        if not self._left:
            return False
        block = self._file.read(size)
        self._left = size >= 0 and len(block) > 0
        fresh = self._decoder.decode(block, final=not self._left)
        # An escape may be cut in two.
        self.sound = self.sound and is_sound(self.held[-5:] + fresh)
        self.held, self.at = self.held[self.at :] + fresh, 0
        return True

    def mark(self) -> str:
        """The next character that is no space; '' at the end."""
        while True:
            found = _SPACE.match(self.held, self.at)
            self.at = found.end() if found else self.at
            if self.at < len(self.held) or not self.more(PIECE):
                return self.held[self.at : self.at + 1]

    def take(self, mark: str) -> None:
        """See that this comes next, and go on after it."""
        if self.mark() != mark:
            raise ValueError(f"there is no {mark} at {self.at}")
        self.at += 1

    def value(self) -> Any:
        """Whatever comes next."""
        self.mark()
        while True:
            try:
                held, end = _DECODER.raw_decode(self.held, self.at)
            except ValueError:
                if self.more():
                    continue
                raise
            # A number may be cut in two.
            if end < len(self.held) or not self.more():
                self.at = end
                return held


def _members(
    text: _Text, places: Collection[str], outer: str
) -> Generator[tuple[str | None, list[Any], bool], None, dict[str, Any]]:
    """Those of an object, each parsed as it comes; what is left of it."""
    text.take("{")
    left: dict[str, Any] = {}
    more = text.mark() != "}"
    while more:
        if text.mark() != '"':
            raise ValueError("a name is no text")
        name = text.value()
        text.take(":")
        mark, place = text.mark(), f"{outer}{name}"
        inside = [each[len(place) + 1 :] for each in places if each.startswith(f"{place}.")]
        # No place is called so: '' is the document.
        asked = place in places and name != ""
        if name in left or "." in name or (asked and any(each[:1].isdecimal() for each in inside)):
            raise ValueError("it may be asked for in two ways")
        if mark == "[" and asked:
            left[name] = []
            text.at += 1
            for part in _elements(text):
                yield place, part, text.sound
        elif mark == "{" and inside and name:
            left[name] = yield from _members(text, places, f"{place}.")
        else:
            left[name] = text.value()
        more = text.mark() == ","
        if more:
            text.take(",")
    text.take("}")
    return left


def _elements(text: _Text) -> Iterator[list[Any]]:
    """Those of a list, some at a time, to its end.

    The text is cut where a record may end. What is before is parsed as a list of its own, which it is only if the cut
    is between two elements of this one: else its brackets do not match, or it ends inside a text. If it is none, all
    that follows is read record by record.
    """
    while (cut := _BETWEEN.search(text.held, text.at + PIECE)) or text.more(4 * PIECE):
        cut = cut or _BETWEEN.search(text.held, text.at + PIECE)
        if cut is None:
            break
        try:
            part = parsed(f"[{text.held[text.at : cut.start() + 1]}]")
        except ValueError:
            break
        text.at = cut.end()
        yield part
    text.more()
    part = []
    more = text.mark() != "]"
    while more:
        part.append(text.value())
        more = text.mark() == ","
        if more:
            text.take(",")
        if len(part) == _RECORDS:
            yield part
            part = []
    text.take("]")
    yield part
