"""Aside: what is no file here (a database's rows, a lazy frame, a file far away) is kept in one while it is loaded.

A load reads its input two or three times: once here it stays the same between the readings, and a database is asked
once. The directory is its owner's only, and gone when the load ends, however it ends.
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from types import TracebackType

from refnet.core.errors import RefnetError


class Aside:
    """A directory for the time of a load; errors tell what its files stand for, not their names."""

    def __init__(self) -> None:
        self._directory: tempfile.TemporaryDirectory[str] | None = None
        self._called: dict[Path, str] = {}

    def path(self, name: str, called: str) -> Path:
        """A new path, to be written to.

        Args:
            name: of the file, with its ending.
            called: what a person knows it by.
        """
        if self._directory is None:
            self._directory = tempfile.TemporaryDirectory(prefix="refnet-", ignore_cleanup_errors=True)
        path = Path(self._directory.name) / str(len(self._called)) / name
        path.parent.mkdir()
        self._called[path] = called
        return path

    def __enter__(self) -> Aside:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if isinstance(error, RefnetError):
            for path, called in self._called.items():
                error.message = error.message.replace(str(path), called)
                error.hint = error.hint.replace(str(path), called)
        if self._directory is not None:
            self._directory.cleanup()
