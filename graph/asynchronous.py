"""The asynchronous sibling of `Graph`: the same queries, read only, each request with a deadline.

The embedded engine knows one limit for all queries and none for a single one, so the deadline is held here: what is not
there in time is given up, and its connection is dropped. A server is told the deadline, too, and ends the query itself.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine, Iterator, Mapping
from contextlib import suppress
from types import TracebackType
from typing import Any, TypeVar

import anyio.from_thread
import anyio.to_thread
import neo4j

from refnet.core.errors import RefnetError, TooSlow
from refnet.graph.asking import Asking
from refnet.graph.connection import Address, Answer, Graph
from refnet.graph.line import CONNECT_SECONDS, Line, open_driver

T = TypeVar("T")

log = logging.getLogger("refnet.graph")

_SEARCH_PAUSE = 5.0
_GRACE_SECONDS = 5.0


class AsyncGraph:
    """A pool of connections to one graph, for reading. Use it in an `async with` statement, or open and close it.

    Args:
        at: where the graph is.
        find: says where it is now, when nobody answers any more; a local engine comes back at another address, and
            is started again by asking. Unset: it stays where it is.
    """

    def __init__(self, at: Address, *, find: Callable[[], Address] | None = None) -> None:
        self.at, self._find = at, find
        self._driver = open_driver(at)
        self._search: asyncio.Task[None] | None = None
        self._left: set[asyncio.Task[Any]] = set()

    async def __aenter__(self) -> AsyncGraph:
        try:
            await self.within(CONNECT_SECONDS).verify()
        except BaseException:
            await self.close()
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Give the connections back."""
        if self._search is not None:
            self._search.cancel()
            with suppress(asyncio.CancelledError):
                await self._search
        for task in self._left:
            task.cancel()
        await asyncio.gather(*self._left, return_exceptions=True)
        await self._driver.close()

    def leave(self, task: asyncio.Task[Any], seconds: float) -> None:
        """Let a task go on for so long, without anybody who waits for it."""
        self._left.add(task)
        timer = asyncio.get_running_loop().call_later(seconds, task.cancel)

        def ended(_: asyncio.Task[Any]) -> None:
            timer.cancel()
            self._left.discard(task)
            if not task.cancelled():
                task.exception()  # looked at: nobody else will

        task.add_done_callback(ended)

    def within(self, seconds: float) -> Reader:
        """A reader whose questions all have to be answered within so many seconds from now."""
        return Reader(self, asyncio.get_running_loop().time() + seconds)

    @property
    def driver(self) -> neo4j.AsyncDriver:
        """The driver in use now."""
        return self._driver

    @property
    def local(self) -> bool:
        """Whether it is a local engine, which is started again when it has ended."""
        return self._find is not None

    def lost(self) -> None:
        """Nobody answers: look for the graph elsewhere, beside whoever waits."""
        if self._find is not None and (self._search is None or self._search.done()):
            self._search = asyncio.create_task(self._look(self._find))

    async def _look(self, find: Callable[[], Address]) -> None:
        try:
            at = await asyncio.to_thread(find)
        except RefnetError as error:
            log.warning("%s", error)
            await asyncio.sleep(_SEARCH_PAUSE)
            return
        if at != self.at:
            log.warning("the graph is now at %s", at.uri)
            before, self._driver, self.at = self._driver, open_driver(at), at
            await before.close()


class Reader:
    """Questions to a graph that share one deadline."""

    def __init__(self, graph: AsyncGraph, until: float) -> None:
        self._graph, self._until = graph, until

    @property
    def left(self) -> float:
        """Seconds until the deadline; below 0 after it."""
        return self._until - asyncio.get_running_loop().time()

    async def query(self, name: str, /, **parameters: Any) -> Answer:
        """Run a read query of cypher/ by its name.

        Raises:
            NotFound: there is no query of that name.
            UsageError: a parameter is missing, unknown, or of a kind that the query cannot take.
            TooSlow: it was not answered in time.
            StoreError: the graph cannot be reached or refuses it.
        """
        return (await self.some(name, parameters, None))[0]

    async def some(self, name: str, parameters: Mapping[str, Any], most: int | None) -> tuple[Answer, bool]:
        """The first rows of a query, at most `most`, and whether there are more."""
        return await self._in_time(self._named(name, parameters, most))

    async def ask(self, asking: Asking[T]) -> T:
        """Run a body of questions, and give what it returns."""
        return await self._in_time(self._asked(asking))

    async def verify(self) -> None:
        """Ask for nothing, to see whether the graph answers and lets us in."""

        async def nothing() -> None:
            async with Line(self._graph, self._until) as line:
                await line.answered("the first question", "RETURN 1", {}, None)

        await self._in_time(nothing())

    async def in_turn(
        self,
        turns: asyncio.Semaphore,
        name: str,
        parameters: Mapping[str, Any],
        most: int,
        *,
        longest: float,
    ) -> tuple[Answer, bool]:
        """As `some`, for costly queries: only so many at once as there are turns.

        The embedded engine goes on with a query that nobody waits for any more. So the turn is held until the query
        has really ended, at most `longest` seconds after the deadline: what is given up cannot pile up.

        Raises:
            TooSlow: no turn was free, or it was not answered, in time; and what `query` raises.
        """
        try:
            async with asyncio.timeout_at(self._until):
                await turns.acquire()
        except TimeoutError:
            raise TooSlow(
                "Others are asking as much as is allowed at once.", "Ask again in a while."
            ) from None
        return await self._in_time(self._named(name, parameters, most), grace=longest, ended=turns.release)

    async def in_thread(self, work: Callable[[Graph], T]) -> T:
        """Run work that computes, or asks a blocking `Graph`, beside the other requests."""
        return await anyio.to_thread.run_sync(work, _FromThread(self))

    async def _in_time(
        self,
        work: Coroutine[Any, Any, T],
        *,
        grace: float = _GRACE_SECONDS,
        ended: Callable[[], None] = lambda: None,
    ) -> T:
        """Wait until the deadline; what is not done by then may go on for `grace` seconds, unheard.

        So a connection that is slow to open, or whose server ends the query itself, is there for the next request.
        """
        task = asyncio.create_task(work)
        task.add_done_callback(lambda _: ended())
        try:
            left = self._until - asyncio.get_running_loop().time()
            done, _ = await asyncio.wait({task}, timeout=max(left, 0))
        except asyncio.CancelledError:
            self._graph.leave(task, grace)
            raise
        if not done:
            self._graph.leave(task, grace)
            raise TooSlow(
                "The answer takes too long, and was given up.", "Ask for less: fewer hops, a smaller limit."
            )
        return task.result()

    async def _asked(self, asking: Asking[T]) -> T:
        async with Line(self._graph, self._until) as line:
            try:
                question = next(asking)
                while True:
                    question = asking.send((await line.named(question.name, question.parameters, None))[0])
            except StopIteration as end:
                result: T = end.value
                return result

    async def _named(self, name: str, parameters: Mapping[str, Any], most: int | None) -> tuple[Answer, bool]:
        async with Line(self._graph, self._until) as line:
            return await line.named(name, parameters, most)


class _FromThread(Graph):
    """A `Graph` for a worker thread: it reads through the event loop's connections, under the reader's deadline."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader

    def query(self, name: str, **parameters: Any) -> Answer:
        return anyio.from_thread.run(self._reader.some, name, parameters, None)[0]

    def columns(self, name: str, *, size: int = 10_000, **parameters: Any) -> Iterator[list[tuple[Any, ...]]]:
        values = self.query(name, **parameters).values
        for first in range(0, len(values), size):
            yield list(zip(*values[first : first + size], strict=True))

    def _run(self, *_: Any) -> list[Answer]:
        raise AssertionError("a reading graph knows the queries of cypher/ only")
