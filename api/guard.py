"""What stands before everything: who may call, by which name, with which key, how much; and what browsers are told.

Without keys only this machine may call, and only by a name of its own: a page of some other site that has its name
resolve to 127.0.0.1 (DNS rebinding) gets nothing. With keys they are asked for everywhere under /v1.
"""

from __future__ import annotations

import hmac
import ipaddress
from collections.abc import Iterable
from hashlib import sha256
from http import HTTPStatus

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from refnet.api import problems

MOST_BYTES = 256 * 1024
_STRICT = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
_PAGE = (
    "default-src 'none'; script-src 'self'; style-src 'self'{}; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
)
_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


class Guard:
    """ASGI middleware; see the module.

    Args:
        app: what it guards.
        keys: any of which is asked for; none: only this machine may call.
        hosts: names to be called by, besides this machine's own. With keys and none given: any name.
    """

    def __init__(self, app: ASGIApp, *, keys: Iterable[str] = (), hosts: Iterable[str] = ()) -> None:
        self._app = app
        # Digests have one length: comparing them tells nothing of a key's.
        self._keys = [sha256(key.encode()).digest() for key in keys]
        self._hosts = {host.lower() for host in hosts}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer with a problem, or let it pass."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        send = _with_headers(scope["path"], send)
        headers = Headers(scope=scope)
        response = None
        if not self._host_known(headers.get("host", "")):
            response = problems.problem(problems.UNKNOWN_HOST)
        elif not self._keys and not _local(scope):
            response = problems.problem(problems.LOCAL_ONLY)
        elif self._keys and _under(scope["path"]) and not self._key_known(headers):
            response = problems.problem(problems.KEY_NEEDED)
        elif int(length if (length := headers.get("content-length", "0")).isdecimal() else 0) > MOST_BYTES:
            response = problems.problem(problems.TOO_LARGE)
        if response is not None:
            await response(scope, receive, send)
            return
        if scope["method"] == "HEAD" and _under(scope["path"]):
            scope = {**scope, "method": "GET"}  # the server leaves the body out
        body = _Limited(receive)
        await self._app(scope, body, send)

    def _host_known(self, host: str) -> bool:
        if self._keys and not self._hosts:
            return True
        name = host.rsplit(":", 1)[0] if not host.endswith("]") else host
        name = name.strip("[]").lower().rstrip(".")
        return name in self._hosts or is_loopback(name)

    def _key_known(self, headers: Headers) -> bool:
        scheme, _, bearer = headers.get("authorization", "").partition(" ")
        given = bearer.strip() if scheme.lower() == "bearer" else headers.get("x-api-key", "")
        digest = sha256(given.encode("utf-8", "surrogateescape")).digest()
        # Each is compared, whichever fits: the time it takes says nothing.
        return bool(given) and sum(hmac.compare_digest(digest, key) for key in self._keys) > 0


class _Limited:
    """Ends a body that turns out longer than it may be."""

    def __init__(self, receive: Receive) -> None:
        self._receive, self._taken = receive, 0

    async def __call__(self) -> Message:
        message = await self._receive()
        self._taken += len(message.get("body", b""))
        if self._taken > MOST_BYTES:
            from starlette.exceptions import HTTPException

            raise HTTPException(413, problems.TOO_LARGE.about)
        return message


def is_loopback(host: str) -> bool:
    """Whether a name or an address is this machine's own, whoever resolves it."""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _local(scope: Scope) -> bool:
    """Whether the connection came in at an address of this machine's own."""
    server = scope.get("server")
    return server is None or is_loopback(server[0])


def _under(path: str) -> bool:
    return path == "/v1" or path.startswith("/v1/")


def _with_headers(path: str, send: Send) -> Send:
    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in _HEADERS.items():
                headers[name] = value
            if message["status"] == HTTPStatus.NOT_MODIFIED:
                # The browser keeps the page it has, with the policy that came with it.
                headers.setdefault("Cache-Control", "no-cache")
                await send(message)
                return
            html = headers.get("content-type", "").startswith("text/html")
            # Swagger writes style attributes; our own page does not.
            loose = " 'unsafe-inline'" if path.startswith("/docs") else ""
            headers["Content-Security-Policy"] = _PAGE.format(loose) if html else _STRICT
            headers.setdefault("Cache-Control", "no-store" if _under(path) else "no-cache")
        await send(message)

    return sending
