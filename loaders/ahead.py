"""Work ahead: the next batches are read and checked in a thread while the graph takes the last one."""

from __future__ import annotations

import queue
import threading
from collections.abc import Generator, Iterator
from typing import TypeVar

T = TypeVar("T")


def ahead(items: Iterator[T], depth: int = 4) -> Generator[T]:
    """The items, made in a thread of their own, at most `depth` of them before they are asked for.

    An error in making them is raised where they are asked for. When the generator is closed the thread stops.
    """
    made: queue.Queue[tuple[str, T | BaseException | None]] = queue.Queue(maxsize=depth)
    stopped = threading.Event()

    def put(kind: str, what: T | BaseException | None) -> bool:
        while not stopped.is_set():
            try:
                made.put((kind, what), timeout=0.1)
            except queue.Full:
                continue
            return True
        return False

    def make() -> None:
        try:
            for item in items:
                if not put("item", item):
                    return
            put("end", None)
        except BaseException as error:  # noqa: BLE001 (raised again in the other thread)
            put("error", error)

    thread = threading.Thread(target=make, name="refnet-ahead", daemon=True)
    thread.start()
    try:
        while True:
            kind, what = made.get()
            if kind == "end":
                return
            if kind == "error":
                assert isinstance(what, BaseException)
                raise what
            yield what  # type: ignore[misc]
    finally:
        stopped.set()
        thread.join()
