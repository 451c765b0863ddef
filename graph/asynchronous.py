"""The asynchronous sibling of `Graph`: the same queries, read only, each request with a deadline.

The embedded engine ends no query by itself, so the deadline is held here: what is not there in time is given up, and
its connection is dropped. A server is told the deadline, too, and ends the query on its side.
"""

from __future__ import annotations

import asyncio
import logging
import math
from collections.abc import Callable, Mapping
from contextlib import suppress
from types import TracebackType
from typing import Any, TypeVar

import anyio.from_thread
import anyio.to_thread
import neo4j
from neo4j import exceptions as bolt

from refnet.core.errors import RefnetError, StoreError, StoreUnavailable, TooSlow, UsageError
from refnet.graph.asking import Asking
from refnet.graph.catalogue import catalogue
from refnet.graph.connection import Address, Answer, Graph, translated

T = TypeVar("T")

log = logging.getLogger("refnet.graph")

_ATTEMPTS = 2  # reading twice does no harm: a connection may have died while it lay in the pool
_CONNECT_SECONDS = 5.0
_SEARCH_PAUSE = 5.0
_INTEGERS = range(-(2**63), 2**63)


class AsyncGraph:
    """A pool of connections to one graph, for reading. Use it in an `async with` statement, or open and close it.

    Args:
        at: where the graph is.
        find: says where it is now, when nobody answers any more; a local engine comes back at another address, and
            is started again by asking. Unset: it stays where it is.
    """

    def __init__(self, at: Address, *, find: Callable[[], Address] | None = None) -> None:
        self.at, self._find = at, find
        self._driver = _open(at)
        self._search: asyncio.Task[None] | None = None

    async def __aenter__(self) -> AsyncGraph:
        try:
            await self.within(_CONNECT_SECONDS).verify()
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
        await self._driver.close()

    def within(self, seconds: float) -> Reader:
        """A reader whose questions all have to be answered within so many seconds from now."""
        return Reader(self, asyncio.get_running_loop().time() + seconds)

    @property
    def driver(self) -> neo4j.AsyncDriver:
        """The driver in use now."""
        return self._driver

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
            before, self._driver, self.at = self._driver, _open(at), at
            await before.close()


class Reader:
    """Questions to a graph that share one deadline."""

    def __init__(self, graph: AsyncGraph, until: float) -> None:
        self._graph, self._until = graph, until

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
        query = catalogue()[name]
        checked = query.check(parameters)
        if query.mode != "read":
            raise UsageError(f"{name} writes: it is refnet's own.", "Take one that reads.")
        sendable(checked)
        answer, more = await self._run(name, query.text, checked, most)
        return (answer if answer.columns else Answer(list(query.columns), answer.values)), more

    async def ask(self, asking: Asking[T]) -> T:
        """Run a body of questions, and give what it returns."""
        try:
            question = next(asking)
            while True:
                question = asking.send(await self.query(question.name, **question.parameters))
        except StopIteration as end:
            result: T = end.value
            return result

    async def verify(self) -> None:
        """Ask for nothing, to see whether the graph answers and lets us in."""
        await self._run("the first question", "RETURN 1", {}, None)

    async def in_thread(self, work: Callable[[Graph], T]) -> T:
        """Run work that computes, or asks a blocking `Graph`, beside the other requests."""
        return await anyio.to_thread.run_sync(work, _FromThread(self))

    async def _run(
        self, name: str, text: str, parameters: Mapping[str, Any], most: int | None
    ) -> tuple[Answer, bool]:
        clock = asyncio.get_running_loop().time
        try:
            async with asyncio.timeout_at(self._until):
                for attempt in range(_ATTEMPTS):
                    try:
                        # A timeout of 0 would be none at all.
                        statement = neo4j.Query(text, timeout=max(self._until - clock(), 0.001))
                        return await self._once(statement, parameters, most)
                    except (bolt.DriverError, bolt.Neo4jError) as error:
                        if not error.is_retryable() or attempt == _ATTEMPTS - 1:
                            raise _told(error, name, self._graph.at.uri) from error
        except TimeoutError:
            raise TooSlow(
                "The answer takes too long, and was given up.", "Ask for less: fewer hops, a smaller limit."
            ) from None
        except StoreUnavailable:
            self._graph.lost()
            raise
        raise AssertionError("unreachable")

    async def _once(
        self, statement: neo4j.Query, parameters: Mapping[str, Any], most: int | None
    ) -> tuple[Answer, bool]:
        # One statement that commits itself: one round trip instead of a transaction's two.
        async with self._graph.driver.session(
            database=self._graph.at.database, default_access_mode=neo4j.READ_ACCESS
        ) as session:
            result = await session.run(statement, dict(parameters))
            if most is None:
                return Answer(list(result.keys()), [list(r.values()) async for r in result]), False
            values = [list(r.values()) for r in await result.fetch(most + 1)]
            answer = Answer(list(result.keys()), values[:most])
            await result.consume()
            return answer, len(values) > most


class _FromThread(Graph):
    """A `Graph` for a worker thread: it reads through the event loop's connections, under the reader's deadline."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader

    def query(self, name: str, **parameters: Any) -> Answer:
        return anyio.from_thread.run(self._reader.some, name, parameters, None)[0]

    def _run(self, *_: Any) -> list[Answer]:
        raise AssertionError("a reading graph knows the queries of cypher/ only")


def sendable(value: Any, name: str = "") -> None:
    """Refuse what Bolt cannot carry, before half of it is on the wire.

    Raises:
        UsageError: a number too large, a text that is none in Unicode, something too deep.
    """
    if isinstance(value, Mapping):
        for key, inner in value.items():
            sendable(key, name or str(key))
            sendable(inner, name or str(key))
    elif isinstance(value, (list, tuple)):
        for inner in value:
            sendable(inner, name)
    elif isinstance(value, str):
        try:
            value.encode()
        except UnicodeEncodeError:
            raise UsageError(f"{name} is no text in Unicode.", "It holds half of a character.") from None
    elif (isinstance(value, float) and not math.isfinite(value)) or (
        isinstance(value, int) and value not in _INTEGERS
    ):
        raise UsageError(f"{name} is out of range.", "Numbers have 64 bits.")


def _open(at: Address) -> neo4j.AsyncDriver:
    with translated(at.uri):
        try:
            return neo4j.AsyncGraphDatabase.driver(
                at.uri,
                auth=(at.username, at.password),
                connection_timeout=_CONNECT_SECONDS,
                max_transaction_retry_time=0,
            )
        except (ValueError, bolt.ConfigurationError) as error:
            raise UsageError(
                f"{at.uri!r} is no Bolt address: {error}", "Such as bolt://localhost:7687."
            ) from error


def _told(error: bolt.DriverError | bolt.Neo4jError, name: str, address: str) -> RefnetError:
    """The driver's error as one of ours."""
    code = (error.code or "") if isinstance(error, bolt.Neo4jError) else ""
    if "TransactionTimedOut" in code or "Terminated" in code:
        return TooSlow(
            "The answer takes too long, and was given up.", "Ask for less: fewer hops, a smaller limit."
        )
    if code.startswith("Neo.ClientError.Statement"):
        log.info("%s: %s", name, error)
        return UsageError(f"{name} cannot be answered for these values.", "Compare them with its examples.")
    try:
        with translated(address):
            raise error
    except RefnetError as ours:
        return ours
    except Exception as other:  # noqa: BLE001 (whatever else a driver may raise is the store's fault)
        return StoreError(f"{address}: {other}")
