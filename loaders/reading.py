"""Reading: all files of a load, one after the other, in a thread ahead of what is sent.

While the graph takes the last rows of a file the first ones of the next are read and checked already: most files are
small, and would have the graph wait.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from refnet.loaders.ahead import ahead
from refnet.loaders.check import Checked
from refnet.loaders.dry import checked_chunks
from refnet.loaders.files import Chunk
from refnet.loaders.headers import Source

Read = tuple[Chunk, Checked]


class Reading:
    """The rows of files, checked; to be used in a `with` statement, at whose end the thread is gone.

    Args:
        found: the files, in the order in which they are asked for.
        currency: the one that amounts are in.
    """

    def __init__(self, found: Sequence[Source], currency: str) -> None:
        # Chunks are large: one waits, one is made, one is at work.
        self._chunks = ahead(_all(found, currency), depth=1)

    def next(self) -> Iterator[Read]:
        """The rows of the next file; those of the one before must have been taken to the end."""
        for read in self._chunks:
            if read is None:
                return
            yield read

    def __enter__(self) -> Reading:
        return self

    def __exit__(self, *_: object) -> None:
        self._chunks.close()


def _all(found: Sequence[Source], currency: str) -> Iterator[Read | None]:
    for source in found:
        yield from checked_chunks(source, currency)
        yield None
