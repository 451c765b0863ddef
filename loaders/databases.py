"""Databases: tables and queries by SQLAlchemy, read once, row by row, into files that are loaded like any other.

Of an address only kind, host and database are ever shown: no user, no password, no option.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, quote_plus

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from refnet.core.errors import InputError, UsageError
from refnet.core.progress import Reporter
from refnet.loaders.aside import Aside
from refnet.loaders.cells import text
from refnet.loaders.files.opened import CHUNK_ROWS

if TYPE_CHECKING:
    from sqlalchemy import URL, Connection, Engine

SCHEMES = ("postgresql", "postgres", "mysql", "mariadb", "sqlite", "oracle", "mssql", "duckdb", "snowflake")
"""Beginnings of addresses that are databases, whatever is installed for them."""

_FORM = "Such as postgresql+pg8000://user:password@host/database, with @ : / in a password as %40 %3A %2F."


@dataclass(frozen=True)
class Relation:
    """A table or view of a database by its name, `orders` or `public.orders`."""

    name: str


def asked(said: str) -> Relation | str:
    """A name of a table, or a query: what has white space in it is a query."""
    return said if re.search(r"\s", said.strip()) else Relation(said.strip())


def fetch(
    database: str | Engine, wanted: Mapping[str, Relation | str], aside: Aside, reporter: Reporter
) -> dict[str, tuple[Path, str]]:
    """Rows of tables and queries as files, and what to call each; all as of one moment where it is PostgreSQL.

    Nothing is written to the database: what a query changes is not committed.

    Args:
        database: its address, or an engine of SQLAlchemy.
        wanted: tables and queries, each under the name of the table or source that it is loaded as.
        aside: where to.
        reporter: told of the rows.

    Raises:
        InputError: the database cannot be reached, or refuses.
        UsageError: it is no address, or the driver for it is missing.
    """
    with _connected(database) as (connection, shown, failing):
        made = {}
        for name, what in wanted.items():
            called = f"{what.name if isinstance(what, Relation) else f'{name} (a query)'} of {shown}"
            path = aside.path(f"{name}.parquet", called)
            with failing(called):
                _write(connection, what, path, called, name, reporter)
            made[name] = (path, called)
        return made


@contextmanager
def _connected(database: str | Engine) -> Iterator[tuple[Connection, str, Any]]:
    try:
        import sqlalchemy
        from sqlalchemy import exc
    except ImportError:
        raise UsageError(
            "Databases are read by SQLAlchemy, which is not installed.", "pip install 'refnet[sql]'"
        ) from None
    if isinstance(database, str):
        engine = _engine(database)
    elif isinstance(database, sqlalchemy.Engine):
        engine = database
    else:
        raise UsageError("database is an address or an Engine of SQLAlchemy.", _FORM)
    url = engine.url
    shown, secrets = _shown(url), _secrets(url)

    @contextmanager
    def failing(place: str) -> Iterator[None]:
        try:
            yield
        except (exc.SQLAlchemyError, OSError) as error:
            raise InputError(
                f"{_said(error, secrets)}.", file=place, hint="Check the address, the rights and the SQL."
            ) from None

    held = url.database or ""
    if url.get_backend_name() == "sqlite" and isinstance(database, str) and held and not Path(held).exists():
        # SQLite would make an empty one.
        raise InputError("is not there.", file=shown, hint="Look at the path; a relative one begins here.")
    try:
        with failing(shown):
            connection = engine.connect()
        with connection, _hushed():
            if connection.dialect.name == "postgresql":
                connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
            yield connection, shown, failing
    finally:
        if isinstance(database, str):
            engine.dispose()


@contextmanager
def _hushed() -> Iterator[None]:
    """After a statement that fails closing its cursor fails, too: SQLAlchemy would log that with a traceback."""
    logger = logging.getLogger("sqlalchemy.pool")
    level = logger.level
    logger.setLevel(logging.CRITICAL + 1)
    try:
        yield
    finally:
        logger.setLevel(level)


def _engine(address: str) -> Engine:
    import sqlalchemy
    from sqlalchemy import exc

    try:
        url = sqlalchemy.make_url(address)
    except (exc.ArgumentError, ValueError):  # what they say may have a part of the password in it
        raise UsageError("The address of the database cannot be read.", _FORM) from None
    if url.drivername == "postgres":  # as some hosts write it
        url = url.set(drivername="postgresql")
    if url.drivername == "postgresql":
        url = url.set(drivername="postgresql+pg8000")
    try:
        return sqlalchemy.create_engine(url)
    except exc.NoSuchModuleError:
        raise UsageError(
            f"SQLAlchemy knows no {url.drivername}.",
            "Another database needs a dialect of its own: install that.",
        ) from None
    except ImportError as error:
        extra = " (or pip install 'refnet[sql]')" if error.name == "pg8000" else ""
        raise UsageError(
            f"The driver of {url.drivername} is not installed.", f"pip install {error.name}{extra}"
        ) from None
    except (exc.ArgumentError, TypeError, ValueError):
        raise UsageError("The address of the database cannot be read.", _FORM) from None


def _write(
    connection: Connection, what: Relation | str, path: Path, called: str, name: str, reporter: Reporter
) -> None:
    result = connection.execution_options(yield_per=CHUNK_ROWS).execute(_statement(what))
    if not result.returns_rows:
        raise InputError("gives no rows.", file=called, hint="Write a SELECT.")
    columns = list(result.keys())
    twice = [column for column in columns if columns.count(column) > 1]
    if twice:
        raise InputError(
            "is there twice.", file=called, column=twice[0], hint="Give one of them a name: … AS other."
        )
    schema = pa.schema([(column, pa.string()) for column in columns])
    with (
        reporter.stage(f"{name}, from the database") as progress,
        pq.ParquetWriter(path, schema, compression="lz4") as writer,
    ):
        for rows in result.partitions(CHUNK_ROWS):
            cells = zip(*rows, strict=True)
            texts = [text(pd.Series(each, dtype=object)) for each in cells]
            arrays = [pa.array(each, type=pa.string(), from_pandas=True) for each in texts]
            # As a table it is written at once; a batch would be kept until there are a million rows.
            writer.write_table(pa.Table.from_arrays(arrays, schema=schema))
            progress.advance(len(rows))


def _statement(what: Relation | str) -> Any:
    import sqlalchemy

    if isinstance(what, Relation):
        schema, _, name = what.name.rpartition(".")
        relation = sqlalchemy.table(name, schema=schema or None)
        return sqlalchemy.select(sqlalchemy.text("*")).select_from(relation)
    # A colon in a query is a colon: there are no parameters.
    return sqlalchemy.text(re.sub(r"(?<![:\w$\\]):(?=[\w$])", r"\\:", what.strip().removesuffix(";")))


def _shown(url: URL) -> str:
    host = (url.host or "") + (f":{url.port}" if url.port else "")
    return f"{url.get_backend_name()}://{host}/{url.database or ''}"


def _secrets(url: URL) -> list[str]:
    """What must not be told, in every spelling that it may have; the longest first."""
    given = [str(url.password)] if url.password else []
    for values in url.query.values():
        given += [values] if isinstance(values, str) else values
    given += [part.partition("=")[2] for value in list(given) for part in value.split(";") if "=" in part]
    spelt = {way(secret) for secret in given if secret for way in (str, quote, quote_plus)}
    return sorted(spelt, key=len, reverse=True)


def _said(error: Exception, secrets: list[str]) -> str:
    """The first line of what a driver says, without what must not be told."""
    orig = getattr(error, "orig", None) or error
    first = orig.args[0] if orig.args else ""
    said = str(first.get("M", "")) if isinstance(first, dict) else str(orig)
    said = next(iter(said.strip().splitlines()), "") or type(orig).__name__
    for secret in secrets:
        said = said.replace(secret, "***")
    return said.rstrip(".")
