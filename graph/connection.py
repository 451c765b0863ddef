"""One connection to the graph: the embedded engine when NEO4J_URI is unset, a Neo4j server when it is set.

Everything speaks Bolt through the official driver, so from here on the two are the same.
"""

from __future__ import annotations

import logging
import random
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import islice
from types import TracebackType
from typing import Any

import neo4j
from neo4j import exceptions as bolt

from refnet.core.errors import StoreRefused, UsageError
from refnet.core.progress import Reporter
from refnet.core.settings import Settings, load_settings
from refnet.graph import local
from refnet.graph.answers import Answer as Answer
from refnet.graph.answers import native as native
from refnet.graph.catalogue import catalogue
from refnet.graph.patience import Patience
from refnet.graph.told import translated as translated

# Servers tell of every label that does not exist yet; an empty graph has none, and that is no news.
logging.getLogger("neo4j.notifications").setLevel(logging.ERROR)
# Without a handler of its own its retries would be printed over the progress.
logging.getLogger("neo4j").addHandler(logging.NullHandler())

_MERGE_RETRIES = 6
# The driver, in silence, and again as much for its last wait; loads have a patience that tells.
_RETRY_SECONDS = 10.0
_SCHEMES = ("bolt", "bolt+s", "bolt+ssc", "neo4j", "neo4j+s", "neo4j+ssc")


@dataclass(frozen=True)
class Address:
    """Where a graph is and how to be let in."""

    uri: str
    username: str
    password: str = field(repr=False)
    database: str | None


class Graph:
    """A connection to one graph. Use it in a `with` statement, or close it.

    Args:
        driver: an open driver; the graph closes it.
        at: where it is.
        engine: the local engine behind it, if it is one.
        find: says where a local engine is now, starting it if it has ended; unset: it stays where it is.
    """

    def __init__(
        self,
        driver: neo4j.Driver,
        at: Address,
        *,
        engine: local.Running | None = None,
        find: Callable[[], local.Running] | None = None,
    ) -> None:
        self._driver, self.at, self.engine, self._find = driver, at, engine, find
        self._patience: Patience | None = None
        self._left: list[neo4j.Driver] = []  # of an engine that has ended; another thread may still be at it
        self.guard: Callable[[], None] | None = None
        """Called before whatever is written: raises where that must not be."""

    def __enter__(self) -> Graph:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Give the connections back."""
        for driver in (self._driver, *self._left):
            driver.close()

    def query(self, name: str, **parameters: Any) -> Answer:
        """Run a query of cypher/ by its name, such as `tree/downline`.

        Raises:
            NotFound: there is no query of that name.
            UsageError: a parameter is missing or unknown.
            StoreError: the graph cannot be reached or refuses it.
        """
        query = catalogue()[name]
        checked = query.check(parameters)
        answer = (
            self.read(query.text, **checked) if query.mode == "read" else self.write(query.text, **checked)
        )
        # The embedded engine does not name the columns of an empty answer.
        return answer if answer.columns else Answer(list(query.columns), answer.values)

    def read(self, statement: str, **parameters: Any) -> Answer:
        """Run one reading statement."""
        if self._patience is None:
            try:
                return self._read_alone(statement, parameters)
            except (bolt.DriverError, bolt.Neo4jError) as error:
                if not error.is_retryable():
                    with translated(self.at.uri, local=self.engine is not None):
                        raise
        return self._run([(statement, parameters)], neo4j.READ_ACCESS)[0]

    def _read_alone(self, statement: str, parameters: Mapping[str, Any]) -> Answer:
        # Without a transaction around it, whose beginning and end are each a way to the server and back: what is one
        # customer's takes hardly longer than that. The driver does not ask again for it.
        with self._driver.session(
            database=self.at.database, default_access_mode=neo4j.READ_ACCESS
        ) as session:
            result = session.run(statement, dict(parameters))
            return Answer(list(result.keys()), [list(r.values()) for r in result])

    def stream(self, statement: str, **parameters: Any) -> Iterator[list[Any]]:
        """The rows of one reading statement as they come, never all of them in memory."""
        with (
            translated(self.at.uri, local=self.engine is not None),
            self._driver.session(database=self.at.database, default_access_mode=neo4j.READ_ACCESS) as session,
        ):
            for record in session.run(statement, parameters):
                yield list(record.values())

    def columns(self, name: str, *, size: int = 10_000, **parameters: Any) -> Iterator[list[tuple[Any, ...]]]:
        """A reading query of cypher/ as it comes, by columns: what so many rows have in the first, in the second, …

        Args:
            name: of the query.
            size: how many rows at a time.
            parameters: of the query.

        Raises:
            UsageError: a parameter is missing or unknown.
            StoreError: the graph cannot be reached or refuses it.
        """
        query = catalogue()[name]
        checked = query.check(parameters)
        with (
            translated(self.at.uri, local=self.engine is not None),
            self._driver.session(database=self.at.database, default_access_mode=neo4j.READ_ACCESS) as session,
        ):
            rows = session.run(query.text, checked)
            while batch := list(islice(rows, size)):
                # The records' own iterators are of Python and look at each value: a fifth of the whole time.
                yield list(zip(*map(tuple.__iter__, batch), strict=True))

    def write(self, statement: str, **parameters: Any) -> Answer:
        """Run one writing statement, again where the store asks for it."""
        return self._run([(statement, parameters)], neo4j.WRITE_ACCESS)[0]

    def write_all(self, statements: Iterable[tuple[str, Mapping[str, Any]]]) -> list[Answer]:
        """Run several writing statements as one transaction: all of it holds, or nothing."""
        return self._run(list(statements), neo4j.WRITE_ACCESS)

    def write_alone(self, statement: str, **parameters: Any) -> Answer:
        """Run a statement that manages its own transactions: a constraint, an index, CALL … IN TRANSACTIONS."""

        def attempt() -> Answer:
            with self._driver.session(database=self.at.database) as session:
                result = session.run(statement, parameters)
                return Answer(list(result.keys()), [list(r.values()) for r in result])

        with translated(self.at.uri, local=self.engine is not None):
            return self._patience.insist(attempt) if self._patience is not None else attempt()

    def once(self, statement: str, **parameters: Any) -> Answer:
        """Run one writing statement and have no patience, whatever others have: to be told at once.

        Raises:
            StoreError: the graph cannot be reached or refuses it.
        """
        with (
            translated(self.at.uri, local=self.engine is not None),
            self._driver.session(database=self.at.database) as session,
            session.begin_transaction() as tx,
        ):
            result = tx.run(statement, parameters)
            answer = Answer(list(result.keys()), [list(r.values()) for r in result])
            tx.commit()
            return answer

    @contextmanager
    def patient(self, seconds: float, reporter: Reporter) -> Iterator[Patience]:
        """Within this, all that is asked and written is sent again for so long while the server does not answer.

        What is written must be such that twice is as good as once. A local engine that has ended is started.
        """
        called = "the local engine" if self._find is not None else self.at.uri
        self._patience = Patience(seconds, called, reporter, self._seek if self._find is not None else None)
        try:
            yield self._patience
        finally:
            self._patience = None

    @property
    def sent_again(self) -> bool:
        """Whether something was sent again in the present patience of which it is not known that it was not done."""
        return self._patience is not None and self._patience.tried

    def _seek(self) -> None:
        assert self._find is not None
        engine = self._find()
        if self.engine is not None and (engine.uri, engine.pid) == (self.engine.uri, self.engine.pid):
            return
        at = Address(engine.uri, engine.username, engine.password, engine.database)
        self._left.append(self._driver)
        self._driver = _driver(at)
        self.at, self.engine = at, engine

    def _run(self, statements: Sequence[tuple[str, Mapping[str, Any]]], access: str) -> list[Answer]:
        if self.guard is not None and access == neo4j.WRITE_ACCESS:
            self.guard()

        def work(tx: neo4j.ManagedTransaction | neo4j.Transaction) -> list[Answer]:
            answers = []
            for statement, parameters in statements:
                result = tx.run(statement, dict(parameters))
                answers.append(Answer(list(result.keys()), [list(r.values()) for r in result]))
            return answers

        def attempt() -> list[Answer]:
            with self._driver.session(database=self.at.database, default_access_mode=access) as session:
                if self._patience is not None:  # which tells what the driver's own would do in silence
                    with session.begin_transaction() as tx:
                        answers = work(tx)
                        tx.commit()
                        return answers
                run = session.execute_read if access == neo4j.READ_ACCESS else session.execute_write
                return run(work)

        with translated(self.at.uri, local=self.engine is not None):
            for tries in range(_MERGE_RETRIES):
                try:
                    return self._patience.insist(attempt) if self._patience is not None else attempt()
                except bolt.ConstraintError:
                    # Two writers merging one new key: the embedded engine tells the later one so, which the
                    # driver does not take for a reason to try again. By then the key is there.
                    if access == neo4j.READ_ACCESS or tries == _MERGE_RETRIES - 1:
                        raise
                    time.sleep(random.uniform(0.02, 0.1) * 2**tries)  # noqa: S311 (not a secret)
        raise AssertionError("unreachable")


def resolve(
    uri: str | None = None,
    *,
    username: str | None = None,
    password: str | None = None,
    database: str | None = None,
    settings: Settings | None = None,
    reporter: Reporter | None = None,
) -> tuple[Address, local.Running | None]:
    """Where the graph is: the given address, else NEO4J_URI, else the local engine (started when it is not running).

    Raises:
        StoreRefused: a server is named, but no password for it.
        UsageError: the address has a password in it.
        EngineError: the local engine cannot be started.
    """
    settings = settings or load_settings()
    uri = uri or settings.neo4j_uri or None
    if uri is None:
        engine = local.running(settings.home) or local.start(
            settings.home,
            heap=settings.engine_heap,
            idle_minutes=settings.engine_idle_minutes,
            query_minutes=settings.engine_query_minutes,
            reporter=reporter,
        )
        return Address(engine.uri, engine.username, engine.password, engine.database), engine
    if uri.split("://")[0] not in _SCHEMES or "://" not in uri:
        raise UsageError(f"{uri!r} is no Bolt address.", "Such as bolt://localhost:7687 or neo4j+s://…")
    if "@" in uri:
        raise UsageError(
            "The address holds a user or a password, where logs and others would see it.",
            "Give the address alone, and NEO4J_USERNAME and NEO4J_PASSWORD beside it.",
        )
    if password is None and settings.neo4j_password is not None:
        password = settings.neo4j_password.get_secret_value()
    if password is None:
        raise StoreRefused(f"{uri} needs a password.", "Set NEO4J_PASSWORD in the environment or in .env.")
    return Address(
        uri, username or settings.neo4j_username, password, database or settings.neo4j_database
    ), None


def _driver(at: Address) -> neo4j.Driver:
    auth = (at.username, at.password)
    return neo4j.GraphDatabase.driver(at.uri, auth=auth, max_transaction_retry_time=_RETRY_SECONDS)


def connect(
    uri: str | None = None,
    *,
    username: str | None = None,
    password: str | None = None,
    database: str | None = None,
    settings: Settings | None = None,
    reporter: Reporter | None = None,
) -> Graph:
    """Open the graph: the given address, else NEO4J_URI, else the embedded engine (started when it is not running).

    Args:
        uri, username, password, database: of a server; what is left out comes from the settings.
        settings: unset: from the environment and .env.
        reporter: told when an engine has to be started.

    Raises:
        StoreUnavailable: nobody answers there.
        StoreRefused: wrong user, password or database.
        EngineError: the embedded engine cannot be started.
        UsageError: the address is none.
    """
    at, engine = resolve(
        uri, username=username, password=password, database=database, settings=settings, reporter=reporter
    )
    with translated(at.uri):
        driver = _driver(at)
        try:
            with driver.session(database=at.database) as session:
                session.run("RETURN 1").consume()
        except BaseException:
            driver.close()
            raise
    if engine is None:
        return Graph(driver, at)
    known = settings or load_settings()

    def find() -> local.Running:
        return local.start(
            known.home,
            engine.kind,
            heap=known.engine_heap,
            idle_minutes=known.engine_idle_minutes,
            query_minutes=known.engine_query_minutes,
        )

    return Graph(driver, at, engine=engine, find=find)
