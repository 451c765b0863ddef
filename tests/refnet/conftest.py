"""The command line, run as a person runs it."""

import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from refnet.cli import main
from refnet.graph import local

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
        if home.is_dir():
            local.stop(home)


def says(done: Done, code: int, *words: str) -> None:
    """It ended with this code and one plain message that has these words, and no traceback."""
    said = done.stderr + done.stdout
    assert done.returncode == code, said
    assert "Traceback" not in said
    for word in words:
        assert word in said, said
