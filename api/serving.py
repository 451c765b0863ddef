"""Serving: the socket, the graph behind it, and an orderly end."""

from __future__ import annotations

import asyncio
import errno
import signal
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import uvicorn

from refnet.api.app import create_app, words
from refnet.api.guard import is_loopback
from refnet.core.errors import RefnetError, UsageError
from refnet.core.settings import Settings
from refnet.graph import local
from refnet.graph.asynchronous import AsyncGraph
from refnet.graph.connection import Address

PORT = 8321
_GRACE_SECONDS = 3


def listen(host: str, port: int, settings: Settings) -> socket.socket:
    """A socket at this address, port 0 for any that is free.

    Raises:
        UsageError: the address is beyond this machine and there are no keys, or it is no address of this machine.
        RefnetError: something else listens there.
    """
    keys = words(settings.api_keys.get_secret_value() if settings.api_keys else "")
    if not is_loopback(host) and not keys:
        raise UsageError(
            f"At {host} others can call the API: that needs keys.",
            "Set REFNET_API_KEYS, such as to what `openssl rand -hex 24` prints, or leave --host out.",
        )
    try:
        family, kind, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    except (socket.gaierror, UnicodeError):
        raise UsageError(
            f"{host!r} is no address.", "Such as 127.0.0.1, or 0.0.0.0 for all of this machine's."
        ) from None
    taken = socket.socket(family, kind)
    try:
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        taken.bind(address)
        taken.listen(2048)
    except OSError as error:
        taken.close()
        if error.errno == errno.EADDRINUSE:
            raise RefnetError(
                f"Something else listens at {host}:{port}.", "Give --port another, or 0 for any that is free."
            ) from None
        raise UsageError(
            f"Nothing can listen at {host}:{port}: {error.strerror}.", "Give another --host or --port."
        ) from None
    return taken


def address_of(taken: socket.socket) -> str:
    """The socket's address for a browser on this machine."""
    host, port = taken.getsockname()[:2]
    if host in ("0.0.0.0", "::"):  # noqa: S104 (told, not bound)
        host = "localhost"
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def found_again(engine: local.Running, home: Path, settings: Settings) -> Callable[[], Address]:
    """Says where the local engine of this home is, started again if it has ended."""

    def find() -> Address:
        now = local.start(
            home,
            engine.kind,
            heap=settings.engine_heap,
            idle_minutes=settings.engine_idle_minutes,
            query_minutes=settings.engine_query_minutes,
        )
        return Address(now.uri, now.username, now.password, now.database)

    return find


def serve(
    taken: socket.socket,
    at: Address,
    settings: Settings,
    *,
    find: Callable[[], Address] | None = None,
    ready: Callable[[], None] = lambda: None,
) -> None:
    """Serve the graph until SIGINT or SIGTERM; the socket is closed.

    Args:
        taken: where to listen.
        at: where the graph is.
        settings: keys, hosts, seconds.
        find: see `AsyncGraph`.
        ready: called once it answers.

    Raises:
        StoreError: the graph does not answer, or does not let us in.
    """

    async def run(server: _Server) -> None:
        async with AsyncGraph(at, find=find) as graph:
            config.app = create_app(settings, graph=graph)
            await server.serve(sockets=[taken])

    config = uvicorn.Config(
        "",
        log_level="warning",
        access_log=False,
        # Who calls is who connects: headers that claim otherwise are not believed.
        proxy_headers=False,
        server_header=False,
        timeout_graceful_shutdown=_GRACE_SECONDS,
        lifespan="on",
    )
    with taken, asyncio.Runner(loop_factory=config.get_loop_factory()) as runner:
        runner.run(run(_Server(config, ready)))


class _Server(uvicorn.Server):
    """Uvicorn's server, for which being told to stop is an end like any other, and not a signal to die by."""

    def __init__(self, config: uvicorn.Config, ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._ready = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self._ready()

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        numbers = (signal.SIGINT, signal.SIGTERM)
        before = {number: signal.signal(number, self.handle_exit) for number in numbers}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)
