"""The command line, run as a person runs it."""

import shutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from refnet.cli import main
from refnet.graph import local
from tests.conftest import Engines, wipe

Run = Callable[..., "Done"]


@dataclass(frozen=True)
class Done:
    """How a command ended and what it said."""

    returncode: int
    stdout: str
    stderr: str


@pytest.fixture
def refnet(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[Run]:
    """Runs `refnet …`, with an embedded engine of its own; in this process: imports take long."""

    def run(*arguments: str, **environment: str) -> Done:
        with monkeypatch.context() as patched:
            patched.setenv("COLUMNS", "132")
            for name, value in environment.items():
                patched.setenv(name, value)
            patched.setattr(sys, "argv", ["refnet", *arguments])
            capsys.readouterr()
            try:
                main()
                code = 0
            except SystemExit as ended:
                code = ended.code if isinstance(ended.code, int) else int(ended.code is not None)
            said = capsys.readouterr()
        return Done(code, said.out, said.err)

    yield run
    for home in (tmp_path / "home", *(tmp_path / "home").glob("demo*")):
        if home.is_dir() and not home.is_symlink():
            local.stop(home)


@pytest.fixture
def at_home(engines: Engines, tmp_path: Path) -> Iterator[None]:
    """The embedded engine that runs for all tests is the home's, its graph empty: for tests that are not of engines."""
    graph = engines.graph("embedded")
    assert graph.engine is not None
    wipe(graph)
    home = graph.engine.store.parent
    before = set(home.iterdir())
    (tmp_path / "home").symlink_to(home)
    yield
    for left in set(home.iterdir()) - before:
        shutil.rmtree(left) if left.is_dir() else left.unlink(missing_ok=True)


def says(done: Done, code: int, *words: str) -> None:
    """It ended with this code and one plain message that has these words, and no traceback."""
    said = done.stderr + done.stdout
    assert done.returncode == code, said
    assert "Traceback" not in said
    for word in words:
        assert word in said, said
