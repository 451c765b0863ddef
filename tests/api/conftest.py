"""The API as its users meet it: over HTTP, from a server of its own, on each engine in turn."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import pytest
import uvicorn

from refnet.analysis.influence.analyze import analyze
from refnet.api import create_app
from refnet.core.settings import Settings
from refnet.front import load
from refnet.graph import Graph
from refnet.graph.connection import Address
from tests.conftest import KINDS, Engines, wipe
from tests.cypher.village import TABLES


def settings_for(at: Address, **given: Any) -> Settings:
    """Settings that lead to this graph."""
    return Settings(
        _env_file=None,
        NEO4J_URI=at.uri,
        NEO4J_USERNAME=at.username,
        NEO4J_PASSWORD=at.password,
        NEO4J_DATABASE=at.database,
        **given,
    )


@contextmanager
def served(settings: Settings, app: Any = None) -> Iterator[httpx.Client]:
    """The API behind a client, as long as the block lasts."""
    config = uvicorn.Config(
        app or create_app(settings),
        host="127.0.0.1",
        port=0,
        log_level="critical",
        proxy_headers=False,
        lifespan="on",
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        while not server.started and thread.is_alive():
            time.sleep(0.01)
        assert server.started, "the API did not start"
        port = server.servers[0].sockets[0].getsockname()[1]
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=30) as client:
            yield client
    finally:
        server.should_exit = True
        thread.join(30)


@pytest.fixture(scope="module", params=KINDS)
def village(request: pytest.FixtureRequest, engines: Engines) -> Graph:
    """The village, loaded and analyzed; not to be written to."""
    graph = engines.graph(request.param)
    wipe(graph)
    settings = Settings(_env_file=None)
    load(graph, TABLES, settings=settings)
    analyze(graph, settings=settings)
    return graph


@pytest.fixture(scope="module")
def api(village: Graph) -> Iterator[httpx.Client]:
    """The API over the village."""
    with served(settings_for(village.at)) as client:
        yield client


def is_problem(answer: httpx.Response, status: int, name: str, *words: str) -> dict[str, Any]:
    """A problem of this kind that has these words; gives its body."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    body: dict[str, Any] = answer.json()
    assert body["type"] == f"/problems/{name}", body
    assert body["status"] == status
    assert body["title"]
    for word in words:
        assert word in body["detail"], body
    return body
