"""Spooled: what is made of a large file and asked for again, in a file of its own instead of in memory."""

from __future__ import annotations

import os
import pickle
import tempfile
import weakref
from collections.abc import Iterator
from typing import ClassVar, Generic, TypeVar

from refnet.core.errors import InputError

T = TypeVar("T")


class Spooled(Generic[T]):
    """Things in a file, some at a time, read again as often as they are asked for."""

    def __init__(self) -> None:
        self._spool: _Spool | None = None
        self._places: list[int] = []

    def append(self, each: T) -> None:
        """A further one.

        Raises:
            InputError: there is no room for it.
        """
        try:
            self._spool = self._spool or _Spool.of_all()
            place = self._spool.file.seek(0, os.SEEK_END)
            pickle.dump(each, self._spool.file, protocol=5)
            self._places.append(place)
        except OSError as error:
            raise InputError(
                f"temporary files cannot be written: {error.strerror}.",
                file=tempfile.gettempdir(),
                hint="Large exports need as much room there as they have bytes; TMPDIR names another directory.",
            ) from None

    def clear(self) -> None:
        """None of them are asked for any more."""
        self._places.clear()

    def __iter__(self) -> Iterator[T]:
        for place in self._places:
            assert self._spool is not None
            self._spool.file.seek(place)
            yield pickle.load(self._spool.file)  # noqa: S301  # what was written there by ourselves


class _Spool:
    """One nameless file for all of them: there may be more than may be open at once. It is gone with the last."""

    _latest: ClassVar[weakref.ref[_Spool] | None] = None

    def __init__(self) -> None:
        self.file = tempfile.TemporaryFile(prefix="refnet-")  # noqa: SIM115
        weakref.finalize(self, self.file.close)

    @classmethod
    def of_all(cls) -> _Spool:
        spool = cls._latest() if cls._latest is not None else None
        if spool is None:
            spool = cls()
            cls._latest = weakref.ref(spool)
        return spool
