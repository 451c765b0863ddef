"""Cursors: where the next page of a list begins, as a text that is passed back as it is.

It holds a version, the list's name, the analysis whose scores are listed, and the last row's sort key.
"""

from __future__ import annotations

import base64
import binascii
import json
import math
from dataclasses import dataclass

from refnet.api.problems import MalformedCursor

_VERSION = 1


@dataclass(frozen=True)
class Cursor:
    """The end of a page.

    Attributes:
        of: the list and how it is sorted and narrowed down.
        analysis: version of the scores; None before the first.
        score: the last row's, None in a list by id.
        id: the last row's customer.
    """

    of: str
    analysis: int | None
    score: float | None
    id: str

    def __str__(self) -> str:
        packed = json.dumps([_VERSION, self.of, self.analysis, self.score, self.id], separators=(",", ":"))
        return base64.urlsafe_b64encode(packed.encode()).decode().rstrip("=")


def read(text: str | None, of: str) -> Cursor | None:
    """The cursor that a list was given, or None for the first page.

    Raises:
        MalformedCursor: it is not one of this list's.
    """
    if text is None:
        return None
    try:
        padded = text + "=" * (-len(text) % 4)
        parts = json.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
        version, name, analysis, score, last = parts
        fits = (
            version == _VERSION
            and isinstance(name, str)
            and isinstance(last, str)
            and (analysis is None or type(analysis) is int)
            and (score is None or (type(score) in (int, float) and math.isfinite(score)))
        )
    except (binascii.Error, ValueError, TypeError, RecursionError, OverflowError):
        fits = False
    if not fits:
        raise MalformedCursor("This is no cursor.", "Pass `next_cursor` as it was given.")
    if name != of:
        raise MalformedCursor(
            "This cursor is of another list.", "Keep the other parameters as they were on the first page."
        )
    return Cursor(name, analysis, None if score is None else float(score), last)
