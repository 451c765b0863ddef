"""Patience: while a server does not answer, what changes nothing when it is sent twice is sent again.

For loads, which run for long and may be sent again; questions of people and of programs are told at once.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import TypeVar

from neo4j import exceptions as bolt

from refnet.core.errors import EngineError, StoreError
from refnet.core.progress import Reporter

T = TypeVar("T")

_FIRST_PAUSE, _LONGEST_PAUSE = 0.2, 5.0
_BUSY_SECONDS = 60.0
# What a server says to transactions while it stops; and where somebody has ended one by hand.
_STOPPING = ("Transaction.Terminated", "General.DatabaseUnavailable", "Transaction.TransactionStartFailed")


def away(error: BaseException) -> bool:
    """Whether an error says that the server is not there, or is going; a commit may have been done all the same."""
    if isinstance(error, (bolt.ServiceUnavailable, bolt.SessionExpired)) or refused(error):
        return True
    return isinstance(error, bolt.Neo4jError) and (error.code or "").endswith(_STOPPING)


def refused(error: BaseException) -> bool:
    """Whether an error says that we are not let in: the embedded engine, while it stops, forgets its users first.

    We were let in before; to what is left of the connection it says that it waits for a password.
    """
    if isinstance(error, bolt.ClientError):
        return isinstance(error, bolt.AuthError) or "state: AUTHENTICATION" in (error.message or "")
    return False


def busy(error: BaseException) -> bool:
    """Whether an error says that others were in the way, and that nothing was written."""
    return isinstance(error, (bolt.DriverError, bolt.Neo4jError)) and error.is_retryable()


class Patience:
    """Tries again for so long after a first failure, and tells the person.

    Args:
        seconds: how long a server may be away.
        called: what it is called by.
        reporter: told when it goes and when it is back.
        seek: looks for it elsewhere, or starts it; None: it can only be waited for.
    """

    def __init__(
        self, seconds: float, called: str, reporter: Reporter, seek: Callable[[], None] | None = None
    ) -> None:
        self._seconds, self._called, self._reporter, self._seek = seconds, called, reporter, seek
        self._lock, self._told = threading.Lock(), False
        self.tried = False
        """Whether something was sent again of which it is not known whether it had been done."""

    def insist(self, attempt: Callable[[], T]) -> T:
        """The outcome of an attempt, made as often as it takes.

        Raises:
            StoreError: the server did not answer for so long, or refuses.
        """
        began, pause = 0.0, _FIRST_PAUSE
        while True:
            try:
                done = attempt()
            except (bolt.DriverError, bolt.Neo4jError) as error:
                gone = away(error)
                if not gone and not busy(error):
                    raise
                began = began or time.monotonic()
                until = began + (self._seconds if gone and not refused(error) else _BUSY_SECONDS)
                if time.monotonic() > until:
                    raise
                if gone:
                    self.tried = True
                    self._tell(away=True)
            else:
                self._tell(away=False)
                return done
            time.sleep(pause)
            pause = min(1.5 * pause, _LONGEST_PAUSE)
            if gone:
                self._look(until)

    def _look(self, until: float) -> None:
        if self._seek is None:
            return
        try:
            with self._lock:
                self._seek()
        except (EngineError, StoreError):
            if time.monotonic() > until:
                raise

    def _tell(self, *, away: bool) -> None:
        if away == self._told:
            return
        with self._lock:
            if away != self._told:
                self._told = away
                said = "does not answer: trying again" if away else "answers again"
                self._reporter.say(f"{self._called} {said}")
