"""One answer's session with the graph: reading statements that commit themselves, asked again where that helps."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from types import TracebackType
from typing import TYPE_CHECKING, Any

import neo4j
from neo4j import exceptions as bolt

from refnet.core.errors import RefnetError, StoreError, StoreUnavailable, TooSlow, UsageError
from refnet.graph.carried import sendable
from refnet.graph.catalogue import catalogue
from refnet.graph.connection import Address, Answer, translated

if TYPE_CHECKING:
    from refnet.graph.asynchronous import AsyncGraph

log = logging.getLogger("refnet.graph")

_ATTEMPTS = 2  # reading twice does no harm: a connection may have died while it lay in the pool
CONNECT_SECONDS = 5.0


class Line:
    """One session, for the questions of one answer; a new one where it breaks."""

    def __init__(self, graph: AsyncGraph, until: float) -> None:
        self._graph, self._until = graph, until
        self._session: neo4j.AsyncSession | None = None

    async def __aenter__(self) -> Line:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._session is not None:
            session, self._session = self._session, None
            # Drops the connection of a query that is given up.
            await session.__aexit__(kind, error, trace)  # type: ignore[no-untyped-call]

    async def named(self, name: str, parameters: Mapping[str, Any], most: int | None) -> tuple[Answer, bool]:
        """The first rows of a query of cypher/, and whether there are more than `most`."""
        query = catalogue()[name]
        checked = query.check(parameters)
        if query.mode != "read":
            raise UsageError(f"{name} writes: it is refnet's own.", "Take one that reads.")
        sendable(checked)
        answer, more = await self.answered(name, query.text, checked, most)
        return (answer if answer.columns else Answer(list(query.columns), answer.values)), more

    async def answered(
        self, name: str, text: str, parameters: Mapping[str, Any], most: int | None
    ) -> tuple[Answer, bool]:
        """The first rows of a statement, and whether there are more than `most`."""
        # A timeout of 0 would be none at all.
        left = max(self._until - asyncio.get_running_loop().time(), 0.001)
        for attempt in range(_ATTEMPTS):
            try:
                return await self._once(neo4j.Query(text, timeout=left), parameters, most)
            except (bolt.DriverError, bolt.Neo4jError) as error:
                await self.__aexit__(None, None, None)
                if error.is_retryable() and attempt < _ATTEMPTS - 1:
                    continue
                ours = told(error, name, self._graph.at.uri, local=self._graph.local)
                if isinstance(ours, StoreUnavailable):
                    self._graph.lost()
                raise ours from error
        raise AssertionError("unreachable")

    async def _once(
        self, statement: neo4j.Query, parameters: Mapping[str, Any], most: int | None
    ) -> tuple[Answer, bool]:
        if self._session is None:
            self._session = self._graph.driver.session(
                database=self._graph.at.database, default_access_mode=neo4j.READ_ACCESS
            )
        # One statement that commits itself: one round trip instead of a transaction's two.
        result = await self._session.run(statement, dict(parameters))
        if most is None:
            return Answer(list(result.keys()), [list(r.values()) async for r in result]), False
        values = [list(r.values()) for r in await result.fetch(most + 1)]
        answer = Answer(list(result.keys()), values[:most])
        await result.consume()
        return answer, len(values) > most


def open_driver(at: Address) -> neo4j.AsyncDriver:
    """An asynchronous driver, which connects when it is first asked.

    Raises:
        UsageError: the address is none.
    """
    with translated(at.uri):
        try:
            return neo4j.AsyncGraphDatabase.driver(
                at.uri,
                auth=(at.username, at.password),
                connection_timeout=CONNECT_SECONDS,
                max_transaction_retry_time=0,
            )
        except (ValueError, bolt.ConfigurationError) as error:
            raise UsageError(
                f"{at.uri!r} is no Bolt address: {error}", "Such as bolt://localhost:7687."
            ) from error


def told(
    error: bolt.DriverError | bolt.Neo4jError, name: str, address: str, *, local: bool = False
) -> RefnetError:
    """The driver's error as one of ours."""
    code = (error.code or "") if isinstance(error, bolt.Neo4jError) else ""
    if "TransactionTimedOut" in code or "Terminated" in code:
        return TooSlow("The answer takes too long, and was given up.", "Ask for less.")
    if code.startswith("Neo.ClientError.Statement"):
        log.info("%s: %s", name, error)
        return UsageError(f"{name} cannot be answered for these values.", "Compare them with its examples.")
    try:
        with translated(address, local=local):
            raise error
    except RefnetError as ours:
        return ours
    except Exception as other:  # noqa: BLE001 (whatever else a driver may raise is the store's fault)
        return StoreError(f"{address}: {other}")
