"""What to run: the one description of an engine's process that each kind makes and the keeper starts."""

from __future__ import annotations

import os
import re
import secrets
import stat
from dataclasses import dataclass
from pathlib import Path

from refnet.core.errors import EngineError
from refnet.graph.local.state import Kind, private_file

_UNITS = {"k": 1 << 10, "m": 1 << 20, "g": 1 << 30}


@dataclass(frozen=True)
class Launch:
    """How to start an engine.

    In `argv`, {bolt} and {http} stand for the ports. `cwd` is the store: paths in `argv` are relative to it,
    so that no odd character of a home's path has to pass through the engine's own configuration.
    """

    kind: Kind
    argv: list[str]
    cwd: str
    username: str
    database: str
    browser: bool
    log: str
    console: str
    seconds: float
    bolt: int
    http: int

    def command(self, bolt: int, http: int) -> list[str]:
        """The command line for these ports."""
        return [part.replace("{bolt}", str(bolt)).replace("{http}", str(http)) for part in self.argv]


def heap_bytes(heap: str) -> int:
    """`1g` as a number.

    Raises:
        EngineError: it is not a size, or more than this machine has.
    """
    match = re.fullmatch(r"(\d+)([kmg])", heap.lower())
    if match is None:
        raise EngineError(f"{heap!r} is not an amount of memory.", "Say 512m, 1g, 4g …")
    size = int(match[1]) * _UNITS[match[2]]
    machine = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    if size > machine:
        raise EngineError(
            f"A heap of {heap} is more than this machine has, {machine / _UNITS['g']:.1f}g of memory.",
            "Set REFNET_ENGINE_HEAP to less.",
        )
    return size


def secret(store: Path) -> str | None:
    """The store's password; None if none was made yet."""
    file = store / "secret"
    try:
        if stat.S_IMODE(file.stat().st_mode) != 0o600:
            file.chmod(0o600)
        return file.read_text(encoding="ascii").strip() or None
    except FileNotFoundError:
        return None


def new_secret(store: Path) -> str:
    """Make the store a password and keep it in a file that only its owner can read."""
    made = secrets.token_hex(24)  # no character that a configuration or an option could take for its own
    private_file(store / "secret", made)
    return made
