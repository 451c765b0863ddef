"""Where scores go: written beside those that are there, and put in their place when all of it is written."""

from __future__ import annotations

from typing import Any

from refnet.analysis.spark.work import Session
from refnet.core.errors import InputError

_PARTS = ("customers", "affiliates", "claims", "summary")


class Place:
    """A directory of scores on any file system that Spark reaches.

    What is written goes to `writing`, which readers of the directory pass over. `put` takes the summary away first and
    brings the new one last: as long as there is one, all beside it is of the same run.

    Args:
        spark: the session.
        target: the directory.
    """

    def __init__(self, spark: Session, target: str) -> None:
        self._path: Any = spark._jvm.org.apache.hadoop.fs.Path
        found = self._path(target)
        self._files = found.getFileSystem(spark.sparkContext._jsc.hadoopConfiguration())
        self._target = self._files.makeQualified(found)
        self.writing = f"{target}/_writing"

    def begin(self, source: str, *, overwrite: bool) -> None:
        """See that scores may be written here.

        Raises:
            InputError: the tables are read from here; or there are scores, which are not to be replaced.
        """
        here = str(self._target)
        if self._files.makeQualified(self._path(source)).equals(self._target):
            raise InputError(
                "is where the tables are", file=here, hint="Give another directory for the scores."
            )
        if not overwrite and any(self._there(self._at(name)) for name in _PARTS):
            raise InputError(
                "there are scores here already", file=here, hint="Give another directory, or --overwrite."
            )
        self._remove(self._at("_writing"))

    def put(self) -> None:
        """What was written is what is there."""
        self._remove(self._at("summary"))
        for name in _PARTS:
            self._remove(self._at(name))
            new = self._path(self._at("_writing"), name)
            if self._there(new):
                self._files.rename(new, self._at(name))
        self._remove(self._at("_writing"))

    def _at(self, name: str) -> Any:
        return self._path(self._target, name)

    def _there(self, path: Any) -> bool:
        return bool(self._files.exists(path))

    def _remove(self, path: Any) -> None:
        self._files.delete(path, True)
