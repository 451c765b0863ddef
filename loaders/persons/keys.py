"""The key by which forgotten people are recognised: nobody tells from a graph who they were without it.

Ids and emails are few enough to be tried through, so that plain hashes of them would be no secret. The key is
REFNET_ERASURE_KEY, else REFNET_TOKEN_KEY, else a file in the home of a local engine; on a server, which several
machines load into, it has to be one of the settings. Its check value stands with every tombstone: loading with another
key would bring the forgotten back without a word, so that it is refused.
"""

from __future__ import annotations

import hmac
import os
import secrets
from pathlib import Path

from refnet.core.errors import InputError, UsageError
from refnet.core.settings import Settings
from refnet.graph import Graph
from refnet.graph.model import ERASED


class Key:
    """Keyed hashes of ids and emails."""

    def __init__(self, secret: bytes) -> None:
        # Not the secret itself: it may also be what tokens are hashed with.
        self._secret = hmac.digest(secret, b"refnet erasures", "sha256")

    def digest(self, kind: str, text: str) -> str:
        """The hash of an id or an email of one kind."""
        return hmac.digest(self._secret, f"{kind}\x1f{text}".encode(), "sha256").hex()[:32]

    def row(self, table: str, key: str) -> str:
        """The id that a row of a forgotten person has instead of its own; always the same one."""
        return key if key.startswith(ERASED) else f"{ERASED}{self.digest(f'row of {table}', key)}"

    @property
    def check(self) -> str:
        """Tells this key from another."""
        return self.digest("check", "")


def key_of(graph: Graph, settings: Settings, checks: set[str], *, make: bool = False) -> Key:
    """The key of the tombstones in a graph.

    Args:
        graph: whose.
        settings: where a key may be.
        checks: check values of the graph's tombstones; none yet: the first key that there is.
        make: there may be none yet: make one in the home, if the engine is local.

    Raises:
        UsageError: there is none, or it is not the one of the graph's tombstones.
        InputError: the file in the home cannot be read or written.
    """
    given = [
        s.get_secret_value().encode() for s in (settings.erasure_key, settings.token_key) if s is not None
    ]
    file = settings.home / "erasure.key"
    if graph.engine is not None:
        given += _kept(file, make=make and not given and not checks)
    keys = [Key(secret) for secret in given if secret]
    if not checks and keys:
        return keys[0]
    for key in keys:
        if checks == {key.check}:
            return key
    if checks:
        raise UsageError(
            "People were forgotten in this graph, and the key that recognises their rows is not here.",
            "Set REFNET_ERASURE_KEY (or REFNET_TOKEN_KEY, or the home) as it was when they were forgotten.",
        )
    raise UsageError(
        "Forgetting needs a key, so that rows of theirs are recognised when they are loaded again.",
        "Set REFNET_ERASURE_KEY to a long secret, the same one wherever this graph is loaded from, and keep it.",
    )


def _kept(file: Path, *, make: bool) -> list[bytes]:
    try:
        if make and not file.exists():
            file.parent.mkdir(parents=True, exist_ok=True)
            part = file.with_name(f"{file.name}.{secrets.token_hex(4)}")
            with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as written:
                written.write(secrets.token_hex(32))
            try:
                os.link(part, file)  # whoever is first; never half a file
            except FileExistsError:
                pass
            finally:
                part.unlink()
        return [file.read_bytes().strip()] if file.exists() else []
    except OSError as error:
        raise InputError(
            f"the key cannot be kept here: {error.strerror or error}.",
            file=file,
            hint="Set REFNET_ERASURE_KEY instead.",
        ) from error
