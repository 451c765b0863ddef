"""Loads and what else is killed, and the graphs that they should have made."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from refnet.graph import Graph

ROOT = Path(__file__).parents[3]


class Loads:
    """Starts loads in processes of their own."""

    def __init__(self, server: subprocess.Popen[str], environment: dict[str, str]) -> None:
        self._server, self.environment = server, environment

    def together(self, *orders: dict[str, Any]) -> list[dict[str, Any]]:
        """Run loads at once; what became of each."""
        assert self._server.stdin is not None
        assert self._server.stdout is not None
        told = [{"environment": self.environment, **order} for order in orders]
        self._server.stdin.write(json.dumps(told) + "\n")
        self._server.stdin.flush()
        outcomes: list[dict[str, Any]] = json.loads(self._server.stdout.readline())
        for outcome in outcomes:
            assert "error" not in outcome, outcome["error"]
        return outcomes

    def load(self, *paths: Path, **order: Any) -> dict[str, Any]:
        """Run one load, killed `at` some moment if that is asked for."""
        return self.together({"paths": [str(path) for path in paths], **order})[0]

    def analyze(self, **order: Any) -> dict[str, Any]:
        """Run one analysis, likewise; `environment` is added to."""
        return self.together(
            {**order, "analyze": True, "environment": self.environment | order.get("environment", {})}
        )[0]

    def erase(self, asked: str, **order: Any) -> dict[str, Any]:
        """Forget a person, likewise."""
        return self.together({**order, "erase": asked})[0]

    def adopt(self, **order: Any) -> dict[str, Any]:
        """Make an imported graph whole, likewise."""
        return self.together({**order, "adopt": True})[0]


@pytest.fixture(scope="session")
def server() -> Iterator[subprocess.Popen[str]]:
    with subprocess.Popen(
        [sys.executable, "-m", "tests.loaders.interrupted.server"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT,
    ) as started:  # fmt: skip
        yield started
        assert started.stdin is not None
        started.stdin.close()


@pytest.fixture
def loads(server: subprocess.Popen[str], graph: Graph, tmp_path: Path) -> Loads:
    return Loads(server, environment_of(graph, tmp_path))


def environment_of(graph: Graph, tmp_path: Path) -> dict[str, str]:
    """The settings by which another process finds the graph."""
    if graph.engine is not None and graph.engine.kind == "embedded":
        return {"REFNET_HOME": str(graph.engine.store.parent)}
    home = tmp_path / "home"
    home.mkdir(exist_ok=True)
    return {
        "REFNET_HOME": str(home),
        "NEO4J_URI": graph.at.uri,
        "NEO4J_USERNAME": graph.at.username,
        "NEO4J_PASSWORD": graph.at.password,
    } | ({"NEO4J_DATABASE": graph.at.database} if graph.at.database else {})
