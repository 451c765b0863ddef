"""Homes whose engines are ended after each test, whatever happened to them."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import LiteralString

import neo4j
import psutil
import pytest

from refnet.graph import local
from refnet.graph.local.state import Home


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Path]:
    path = tmp_path / "home"
    yield path
    clean(path)


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[local.Running]:
    """An engine for the tests that only look at one."""
    path = tmp_path_factory.mktemp("shared") / "home"
    yield local.start(path)
    clean(path)


@pytest.fixture
def ask() -> Callable[[local.Running, LiteralString], list[object]]:
    """The first column of a statement's answer."""

    def run(engine: local.Running, statement: LiteralString) -> list[object]:
        auth = (engine.username, engine.password)
        with neo4j.GraphDatabase.driver(engine.uri, auth=auth) as driver:
            return [
                record[0] for record in driver.execute_query(statement, database_=engine.database).records
            ]

    return run


def clean(path: Path) -> None:
    local.stop(path)
    assert Home(path).read() is None
    until = time.monotonic() + 5
    while left := processes_of(path):
        assert time.monotonic() < until, left
        time.sleep(0.05)


def processes_of(path: Path) -> list[psutil.Process]:
    return [
        each
        for each in psutil.process_iter(["cmdline", "cwd", "status"])
        if each.info["status"] != psutil.STATUS_ZOMBIE
        and any(str(path) in word for word in [*(each.info["cmdline"] or []), each.info["cwd"] or ""])
    ]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    # One worker runs them all where tests run in parallel: engines starting side by side starve each other.
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.xdist_group("local engine"))
