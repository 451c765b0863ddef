"""Graphs for tests: the same bodies run on the embedded engine, on Neo4j 2026.x and on 5.26.

A real Neo4j is looked for in this order: NEO4J_TEST_URI (never NEO4J_URI: tests wipe what they use), a container, a
local one made from jars. Where none can be had its tests are skipped in one line that says why; under CI that fails.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
from hypothesis import HealthCheck, settings

from refnet.core.errors import EngineError
from refnet.graph import Graph, connect, local
from refnet.graph.local import server

# An engine of a test lives for minutes, and half of what it takes of the processor is Java compiling itself for a speed
# that it never comes to. Java's first compiler is enough here; `make demo` and `make bench` run engines as users do.
os.environ["JAVA_TOOL_OPTIONS"] = f"{os.environ.get('JAVA_TOOL_OPTIONS', '')} -XX:TieredStopAtLevel=1".strip()

# How long something takes is for the bench to say: a busy machine is no error.
# hypothesis has a profile of its own for CI, which keeps to the same examples: what it has is kept.
settings.register_profile("refnet", settings(), deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("refnet")

IMAGES = {"neo4j": "neo4j:2026.08.1", "neo4j5": "neo4j:5.26.30"}
KINDS = [
    pytest.param("embedded", marks=pytest.mark.engine("embedded")),
    pytest.param("neo4j", marks=[pytest.mark.engine("neo4j"), pytest.mark.slow]),
    pytest.param("neo4j5", marks=[pytest.mark.engine("neo4j5"), pytest.mark.slow]),
]

# Each takes seconds: killed and restarted processes, browsers, whole brands, thousands of made-up files. `make
# test-fast` leaves them out, but for a command and a page that say whether things work at all.
SLOW = (
    "analysis/cltv/test_graph.py", "analysis/programme/test_forecast.py", "analysis/programme/test_groups.py",
    "analysis/programme/test_seeds.py", "analysis/segments/test_discover.py", "analysis/segments/test_seeds.py",
    "analysis/success/test_affiliate_seeds.py", "analysis/success/test_success_seeds.py", "api/test_bad_days.py",
    "api/test_schema.py", "fuzz/", "graph/local/", "loaders/interrupted/", "loaders/persons/", "loaders/removing/",
    "loaders/sources/test_mappings.py", "loaders/test_databases.py", "loaders/test_frames.py", "loaders/test_nested.py",
    "loaders/test_order.py", "loaders/test_persons.py", "loaders/test_seen.py", "loaders/test_whole.py", "page/",
    "real/",
    "refnet/test_affiliates.py", "refnet/test_cli.py", "refnet/test_demo.py", "refnet/test_report.py",
    "refnet/test_segments.py", "refnet/test_sources.py", "refnet/test_success.py",
)  # fmt: skip
FAST = {"test_from_files_to_answers", "test_from_search_to_a_drawn_tree"}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        where = item.path.relative_to(here).as_posix()
        if where.startswith(SLOW) and getattr(item, "originalname", item.name) not in FAST:
            item.add_marker(pytest.mark.slow)


@pytest.fixture(autouse=True)
def _settings_of_nobody(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No setting of whoever runs the tests reaches them, and no test reaches their graph."""
    for name in list(os.environ):
        if name.startswith(("REFNET_", "NEO4J_")) and name not in ("REFNET_CACHE", "NEO4J_TEST_URI"):
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("REFNET_HOME", str(tmp_path / "home"))


class Engines:
    """Starts each kind when first asked for, one for the whole run."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._graphs: dict[str, Graph] = {}
        self._failures: dict[str, str] = {}
        self._containers: list[Any] = []

    def graph(self, kind: local.Kind) -> Graph:
        if kind in self._failures:
            unavailable(self._failures[kind])
        if kind not in self._graphs:
            try:
                self._graphs[kind] = self._open(kind)
            except EngineError as error:
                self._failures[kind] = f"no {kind} here: {error}"
                unavailable(self._failures[kind])
        return self._graphs[kind]

    def _open(self, kind: local.Kind) -> Graph:
        given = os.environ.get("NEO4J_TEST_URI")
        if kind == "neo4j" and given:
            return connect(
                given,
                username=os.environ.get("NEO4J_TEST_USERNAME", "neo4j"),
                password=os.environ.get("NEO4J_TEST_PASSWORD", ""),
            )
        if kind in IMAGES and (container := container_of(IMAGES[kind])):
            self._containers.append(container)
            return connect(
                container.get_connection_url(), username=container.username, password=container.password
            )
        # Tests empty a graph and fill it again within seconds: each query would be planned anew all the time.
        with mock.patch.object(server, "_CONF", f"{server._CONF}dbms.cypher.min_replan_interval=1m\n"):
            running = local.start(self._directory / kind, kind, idle_minutes=5)
        graph = connect(
            running.uri, username=running.username, password=running.password, database=running.database
        )
        graph.engine = running
        return graph

    def close(self) -> None:
        for kind, graph in self._graphs.items():
            graph.close()
            local.stop(self._directory / kind)
        for container in self._containers:
            container.stop()


def container_of(image: str) -> Any | None:
    """A Neo4j in a container, where a Docker engine answers and the image is there or can be pulled; else None."""
    if not shutil.which("docker") or not _docker("info"):
        return None
    if not _docker("image", "inspect", image) and not _docker("pull", "--quiet", image):
        return None
    # Its reaper is an image more to pull; we stop what we start.
    os.environ.setdefault("TESTCONTAINERS_RYUK_DISABLED", "true")
    from testcontainers.community.neo4j import Neo4jContainer

    return Neo4jContainer(image).start()


def _docker(*command: str) -> bool:
    try:
        return (
            subprocess.run(["docker", *command], capture_output=True, timeout=300, check=False).returncode
            == 0
        )
    except subprocess.TimeoutExpired:
        return False


def unavailable(reason: str) -> None:
    """Skip; under CI fail."""
    if os.environ.get("CI"):
        pytest.fail(reason)
    pytest.skip(reason)


@pytest.fixture(scope="session")
def engines(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engines]:
    started = Engines(tmp_path_factory.mktemp("engines"))
    yield started
    started.close()


@pytest.fixture(params=KINDS)
def kind(request: pytest.FixtureRequest) -> local.Kind:
    return request.param  # type: ignore[no-any-return]


@pytest.fixture
def graph(engines: Engines, kind: local.Kind) -> Graph:
    """An empty graph, on each engine in turn."""
    found = engines.graph(kind)
    wipe(found)
    return found


def wipe(graph: Graph) -> None:
    """Remove everything, constraints and indexes excepted."""
    graph.write_alone("MATCH (n) CALL (n) { DETACH DELETE n } IN TRANSACTIONS OF 2000 ROWS")
