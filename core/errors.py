"""Every error refnet raises on purpose, in one tree.

    RefnetError                 something failed (exit 1)
    ├── InputError              a file, row or column is wrong
    ├── EngineError             the local engine cannot start, stop or be found
    ├── StoreError              the graph cannot be reached, refuses us, or refuses the statement
    │   ├── StoreUnavailable    nobody answers at the address
    │   ├── StoreRefused        wrong user, password or database
    │   ├── TooSlow             the answer was not there in time
    │   └── BeingAnalyzed       an analysis has finished while its scores were asked for
    ├── NotFound                no such customer, query, analysis
    └── UsageError              the question was asked wrongly (exit 2)

A message says what is wrong and where; `hint` says the next step. The command line prints both and no traceback.
"""

from __future__ import annotations

import unicodedata
from pathlib import Path


def printable(text: str) -> str:
    """One line that a terminal shows as it is: what a file may hold to steer one (ESC …) is written out."""
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() or unicodedata.category(c) == "Zs" else repr(c)[1:-1] for c in text)


class RefnetError(Exception):
    """Something failed in a way that a person can do something about.

    Args:
        message: what is wrong, in one sentence, with its place.
        hint: what to do next, in one sentence.
    """

    exit_code = 1

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        end = "." if self.hint and not self.message.endswith((".", "!", "?", ":")) else ""
        return f"{self.message}{end} {self.hint}".strip()


class InputError(RefnetError):
    """A file, a row or a column is not what it should be.

    Args:
        message: what is wrong, without its place.
        file, row, column: where; `row` counts as the file does, its header being row 1.
        hint: what to do next.
    """

    def __init__(
        self,
        message: str,
        *,
        file: Path | str | None = None,
        row: int | None = None,
        column: str | None = None,
        hint: str = "",
    ) -> None:
        place = ", ".join(
            part
            for part in (
                str(file) if file is not None else "",
                f"row {row}" if row is not None else "",
                f"column {column}" if column is not None else "",
            )
            if part
        )
        # What others' files and libraries say may be in it.
        super().__init__(printable(f"{place}: {message}" if place else message), printable(hint))
        self.file, self.row, self.column = file, row, column


class EngineError(RefnetError):
    """The local engine cannot be started, stopped or found."""


class StoreError(RefnetError):
    """The graph cannot be reached or refuses what was asked of it."""


class StoreUnavailable(StoreError):
    """Nobody answers at the graph's address."""


class StoreRefused(StoreError):
    """The graph answers but does not let us in: user, password or database."""


class TooSlow(StoreError):
    """The answer was not there in time, and was given up."""


class BeingAnalyzed(StoreError):
    """An analysis has finished while scores were asked for: some may be of it, and some of the one before."""


class NotFound(RefnetError):
    """There is no such customer, query or analysis."""


class UsageError(RefnetError):
    """The question was asked wrongly: an option, a name, a combination."""

    exit_code = 2
