"""Tables and queries of databases: SQLite, and a PostgreSQL that the tests start for themselves."""

from __future__ import annotations

import csv
import os
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import sqlalchemy
from sqlalchemy import Engine, create_engine, text

from refnet.core.errors import InputError, RefnetError, UsageError
from refnet.core.settings import load_settings
from refnet.graph import Graph
from refnet.loaders import dry_run, load
from refnet.loaders.databases import Relation
from tests.conftest import unavailable, wipe
from tests.loaders.conftest import FILES, Write, picture

PASSWORD = "s3cr:t/p@ss w%rd"


def _postgres_programs() -> Path | None:
    found = shutil.which("pg_ctl")
    places = [Path(found).resolve().parent] if found else []
    places += sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    return next(
        (place for place in places if (place / "pg_ctl").exists() and (place / "initdb").exists()), None
    )


@pytest.fixture(scope="session")
def postgres() -> Iterator[sqlalchemy.URL]:
    """A PostgreSQL of its own: started here, with a password, and stopped at the end."""
    programs = _postgres_programs()
    if programs is None:
        unavailable("no PostgreSQL here: `make postgresql` fetches Debian's")
        raise AssertionError
    directory = Path(tempfile.mkdtemp(prefix="refnet-postgres-"))
    # It refuses to run as root.
    user = ("runuser", "-u", "postgres", "--") if os.geteuid() == 0 else ()
    if user:
        shutil.chown(directory, "postgres")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    secret = directory / "password"
    secret.write_text(PASSWORD)
    secret.chmod(0o644)

    def run(program: str, *arguments: str) -> None:
        done = subprocess.run(
            [*user, str(programs / program), *arguments], cwd=directory, capture_output=True, text=True, timeout=120,
            check=False, stdin=subprocess.DEVNULL,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout + done.stderr

    data = str(directory / "data")
    run(
        "initdb",
        "-D",
        data,
        "-U",
        "shop",
        "--auth=scram-sha-256",
        f"--pwfile={secret}",
        "-E",
        "UTF8",
        "--no-sync",
    )
    options = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={directory} -c fsync=off"
    subprocess.run(
        [*user, str(programs / "pg_ctl"), "-D", data, "-w", "-o", options, "-l", str(directory / "log"), "start"],
        cwd=directory, check=True, timeout=120, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        yield sqlalchemy.URL.create(
            "postgresql+pg8000",
            username="shop",
            password=PASSWORD,
            host="127.0.0.1",
            port=port,
            database="postgres",
        )
    finally:
        run("pg_ctl", "-D", data, "-m", "immediate", "stop")
        shutil.rmtree(directory)


@pytest.fixture(params=["sqlite", "postgres"])
def address(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty database's address, password and all."""
    if request.param == "sqlite":
        (tmp_path / "shop.db").touch()
        return f"sqlite:///{tmp_path / 'shop.db'}"
    url = request.getfixturevalue("postgres")
    engine = create_engine(url)
    with engine.begin() as connection:
        for name in connection.execute(
            text("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        ).scalars():
            connection.execute(text(f'DROP TABLE "{name}"'))
    engine.dispose()
    return str(url.render_as_string(hide_password=False))


def _fill(address: str, files: dict[str, str]) -> Engine:
    engine = create_engine(address)
    with engine.begin() as connection:
        for name, content in files.items():
            header, *rows = csv.reader(content.splitlines())
            table = name.removesuffix(".csv")
            connection.execute(text(f"CREATE TABLE {table} ({', '.join(f'{c} VARCHAR' for c in header)})"))
            for row in rows:
                cells = {f"c{n}": cell or None for n, cell in enumerate(row)}
                connection.execute(
                    text(f"INSERT INTO {table} VALUES ({', '.join(f':{c}' for c in cells)})"), cells
                )
    return engine


def test_a_database_gives_the_graph_that_its_files_give(graph: Graph, write: Write, address: str) -> None:
    load(graph, write(FILES))
    whole = picture(graph)
    wipe(graph)
    engine = _fill(address, FILES)
    tables = {name.removesuffix(".csv"): name.removesuffix(".csv") for name in FILES}
    load(graph, tables, database=address)
    assert picture(graph) == whole
    wipe(graph)
    load(graph, {name: f"SELECT * FROM {name};" for name in tables}, database=engine)
    assert picture(graph) == whole
    sources = {row["s"] for row in graph.read("MATCH (r:LoadRun) RETURN r.source AS s")}
    assert all("***" not in s and "s3cr" not in s and "shop:" not in s for s in sources)
    assert any(s.startswith("orders (a query) of ") for s in sources)
    engine.dispose()


def test_values_of_their_own_types(graph: Graph, address: str) -> None:
    engine = create_engine(address)
    with engine.begin() as connection:
        connection.execute(
            text(
                "CREATE TABLE people (customer_id BIGINT, joined_at TIMESTAMP, revenue NUMERIC(10,2), consent BOOLEAN, "
                "seats INTEGER, note VARCHAR)"
            )
        )
        connection.execute(
            text(
                "INSERT INTO people VALUES (9007199254740993, '2024-01-02 10:00:00', 12.50, TRUE, 3, '50% a:b'), "
                "(7, NULL, NULL, FALSE, NULL, 'x')"
            )
        )
    engine.dispose()
    # A colon and a percent sign are what they are.
    asked = "SELECT *, 'at :noon 100%' AS habit FROM people WHERE note LIKE '50%a:b' OR note = 'x'"
    summary = load(graph, {"customers": asked}, database=address)
    assert summary.rows_rejected == 0
    held = {
        row["id"]: row["held"]
        for row in graph.read("MATCH (c:Customer) RETURN c.customerId AS id, properties(c) AS held")
    }
    assert set(held) == {"9007199254740993", "7"}
    big = held["9007199254740993"]
    assert (big["revenue"], big["seats"], big["note"], big["habit"]) == (12.5, 3, "50% a:b", "at :noon 100%")
    assert str(big["joinedAt"]).startswith("2024-01-02T10:00:00")
    if not address.startswith("sqlite"):  # which has no booleans: 1 and 0 are yes and no, too
        assert (big["consent"], held["7"]["consent"]) == (True, False)


def test_columns_of_a_mapping(address: str, tmp_path: Path) -> None:
    _fill(address, {"clients.csv": 'Kunde,Umsatz\nk1,"1.234,50"\nk2,viel\n'}).dispose()
    (tmp_path / "sources").mkdir()
    (tmp_path / "sources" / "our-shop.toml").write_text(
        'about = "ours"\nrecognised_by = ["KundeX"]\n[[customers]]\ncustomer_id = "kunde"\n'
        'revenue = { from = "umsatz", as = "decimal_comma" }\n'
    )
    asked = "SELECT Kunde AS kunde, Umsatz AS umsatz FROM clients"
    for arguments in ({"named": "our-shop"}, {}):
        name = "anything" if arguments else "our-shop"
        (told,) = dry_run({name: asked}, database=address, rejects=tmp_path / "rejects", **arguments).tables
        assert (told.table, told.of, told.rows_loaded) == ("customers", "our-shop", 1)
        assert [(r.column, r.value) for r in told.rejects] == [("umsatz", "viel")]
        assert told.rows_file is not None
        assert told.rows_file.read_text() == "kunde,umsatz\nk2,viel\n"
        (again,) = dry_run(told.rows_file, rejects=tmp_path / "again").tables
        assert (again.of, again.rows_rejected) == ("our-shop", 1)


def test_what_is_wrong_is_told_without_secrets(
    address: str, tmp_path: Path, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    _fill(address, {"orders.csv": "order_id,customer_id,placed_at,amount,extra\n"}).dispose()

    def said(database: Any, **wanted: Any) -> str:
        with pytest.raises(RefnetError) as failed:
            dry_run(wanted, database=database, rejects=tmp_path / "rejects")
        told = f"{failed.value} {failed.value.__cause__ or ''} {capfd.readouterr()} {caplog.text}"
        assert "s3cr" not in told
        assert "w%rd" not in told
        assert "w%25rd" not in told
        assert str(tmp_path / "refnet-") not in told
        assert "\n" not in told
        return told

    assert "orders of " in said(address, orders="orders")
    assert "column extra: orders has no such column" in said(address, orders="orders")
    assert "nothing of " in said(address, orders="nothing")
    assert "orders (a query) of " in said(address, orders="SELEC 1")
    no_select = (
        "gives no rows. Write a SELECT."
        if address.startswith("sqlite")
        else 'syntax error at or near "DELETE"'
    )
    assert no_select in said(address, orders="DELETE FROM orders")
    assert "is there twice. Give one of them a name" in said(address, orders="SELECT 1 AS x, 2 AS x")
    assert "Did you mean orders?" in said(address, order="SELECT 1")
    assert "of which database" in said(None, orders="SELECT 1")
    with pytest.raises(UsageError, match="Nothing is to be read of the database"):
        dry_run({"orders": pd.DataFrame()}, database=address)
    with pytest.raises(UsageError, match="say what to read of it") as failed:
        dry_run(address)
    assert "s3cr" not in str(failed.value)
    if not address.startswith("sqlite"):
        wrong = address.replace("s3cr", "s3crX")
        assert "password authentication failed" in said(wrong, orders="orders")
        nobody = sqlalchemy.make_url(address).set(port=1).render_as_string(hide_password=False)
        assert "postgresql://127.0.0.1:1/postgres: " in said(nobody, orders="orders")
        assert "cannot be read" in said("postgresql://shop:s3cr:t@127.0.0.1:w%rd/x", orders="orders")
        engine = create_engine(address)
        with engine.begin() as connection:
            connection.execute(text("CREATE SEQUENCE IF NOT EXISTS counted"))
        engine.dispose()
        assert "in a read-only transaction" in said(address, orders="SELECT nextval('counted') AS order_id")


def test_addresses_that_are_none(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot be read"):
        dry_run({"orders": "orders"}, database="no address")
    with pytest.raises(UsageError, match="SQLAlchemy knows no quux"):
        dry_run({"orders": "orders"}, database="quux://u:p@h/d")
    with pytest.raises(UsageError, match="is not installed"):
        dry_run({"orders": "orders"}, database="mysql+pymysql://u:p@h/d")
    with pytest.raises(UsageError, match="is an address or an Engine"):
        dry_run({"orders": "orders"}, database=7)  # type: ignore[arg-type]
    with pytest.raises(InputError, match="is not there"):
        dry_run({"orders": "orders"}, database=f"sqlite:///{tmp_path / 'typo.db'}")
    assert not (tmp_path / "typo.db").exists()
    with pytest.raises(UsageError, match="What is to be read"):
        dry_run(tmp_path, database="sqlite://")


def test_a_database_in_memory_and_a_quoted_name(tmp_path: Path) -> None:
    engine = create_engine("sqlite://", poolclass=sqlalchemy.StaticPool)
    with engine.begin() as connection:
        connection.execute(text('CREATE TABLE "My Customers" (customer_id VARCHAR)'))
        connection.execute(text("""INSERT INTO "My Customers" VALUES ('a'), ('b')"""))
    (told,) = dry_run({"customers": Relation("My Customers")}, database=engine, rejects=tmp_path).tables
    assert told.rows_loaded == 2
    assert told.source == "My Customers of sqlite:///"
    engine.dispose()


_STREAM = """
import resource, sys
from pathlib import Path
from refnet.core.progress import Quiet
from refnet.loaders.aside import Aside
from refnet.loaders.databases import fetch
rows = int(sys.argv[2])
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
with Aside() as aside:
    query = f"SELECT 'c' || n AS customer_id, repeat('x', 200) AS note FROM generate_series(1, {rows}) n"
    fetch(sys.argv[1], {"customers": query}, aside, Quiet())
print((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="counts memory as Linux does")
def test_rows_are_streamed(postgres: sqlalchemy.URL) -> None:
    def grown(rows: int) -> int:
        address = postgres.render_as_string(hide_password=False)
        done = subprocess.run(
            [sys.executable, "-c", _STREAM, address, str(rows)],
            capture_output=True,
            text=True,
            check=True,
            timeout=120,
        )
        return int(done.stdout)

    # Ten times the rows, 100 MB of text, and hardly more memory.
    assert grown(500_000) - grown(50_000) < 60


def test_settings_are_not_needed(address: str) -> None:
    _fill(address, {"spend.csv": "channel,month,amount\nads,2024-01,7\n"}).dispose()
    told = dry_run({"spend": "spend"}, database=address, settings=load_settings(currency="USD"))
    assert (told.currency, told["spend"].rows_loaded) == ("USD", 1)
